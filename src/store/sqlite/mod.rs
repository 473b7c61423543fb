//! Tasks in one file, shared by the processes of one machine: one writer a process, which commits in groups,
//! and read-only connections beside it.
//!
//! `store` is the front; `open` gets everything up, `migrate` its schema; `place`, `presence` are the files beside the database;
//! `writer`, `operation`, `session` are the way of a write, `batch` that of many rows at once; `rows` translates;
//! each other file is one operation or the reads.

mod access;
mod adopt;
mod attempt;
mod batch;
mod cancel;
mod claim;
mod dependencies;
mod feed;
mod figures;
mod members;
mod membership;
mod migrate;
mod models;
mod open;
mod operation;
mod parcels;
mod pause;
mod place;
mod presence;
mod projects;
mod promote;
mod prune;
mod reader;
mod rescue;
mod rows;
mod session;
mod settle;
mod store;
mod submit;
mod submit_many;
mod upkeep;
mod writer;

pub use pause::Paused;
pub use store::SqliteStore;
