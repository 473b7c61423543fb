//! The routes of events: what happens to a task or to all of one's own, as it happens, over server-sent events or a WebSocket.
//!
//! `follower` reads the events one after the other, as fast as its client takes them and no faster: nothing
//! waits in between, so that a slow client costs nothing and holds up nobody.

mod answer;
mod follower;
mod last;
mod of_own;
mod of_task;
mod socket;
mod stream;
mod view;

pub(super) use of_own::{__path_of_own, of_own};
pub(super) use of_task::{__path_of_task, of_task};
