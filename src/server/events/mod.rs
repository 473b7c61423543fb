//! The routes of events: what happens to a task, as it happens, over server-sent events or a WebSocket.
//!
//! `follower` reads the events of a task one after the other, as fast as its client takes them and no faster: nothing
//! waits in between, so that a slow client costs nothing and holds up nobody.

mod follower;
mod of_task;
mod socket;
mod stream;

pub(super) use of_task::{__path_of_task, of_task};
