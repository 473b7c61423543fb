//! What only the store on `PostgreSQL` has to do: open a database that may not be as it should, tell other processes, and
//! go on when connections break.

mod feeds;
mod news;
mod opening;
mod outages;
mod sums;
pub(crate) mod wires;
