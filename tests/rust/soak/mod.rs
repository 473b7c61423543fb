//! The promises under stress: processes that are killed, hosts that are cut off, clients that come at once, loads that
//! are large. Small figures in `make test`, large ones in `make soak`; `figures` holds both.

mod clients;
pub(crate) mod figures;
mod hosts;
mod kills;
mod load;
mod moment;
mod process;
mod survivors;
mod wake_ups;
