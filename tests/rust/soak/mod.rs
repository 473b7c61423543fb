//! The promises under stress: processes that are killed, clients that come at once, loads that are large. Small
//! figures in `make test`, large ones in `make soak`; `figures` holds both.

mod clients;
pub(crate) mod figures;
mod kills;
mod load;
mod process;
mod wake_ups;
