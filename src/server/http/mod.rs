//! Requests and answers: JSON bodies and their limits, fields and queries, problems, connections.

mod body;
mod connection;
mod depth;
mod fields;
mod idle;
mod note;
mod prefer;
mod problem;
mod query;

pub(super) use body::JsonBody;
pub(super) use connection::{Patience, PatientListener, SILENCE, STALL};
pub(super) use fields::{Fields, shown};
pub(super) use note::note;
pub(super) use prefer::{LONGEST_WAIT, wait_of};
pub(super) use problem::{Problem, ProblemBody};
pub(super) use query::query_of;
