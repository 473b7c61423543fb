//! Tasks in a database, shared by the processes of many machines: any of them submits, works and waits. The database's
//! clock is the one that counts, and there is no leader: whoever looks after the queue does so in guarded statements.
//!
//! `store` is the front; `address`, `open`, `migrate` and `explain` get everything up and say what is wrong with it; `operation`,
//! `hub`, `session` are the way of every operation, `desk` that of many at once; `announcer` and `listener` tell and
//! hear that something changed; `rows` and `columns` translate; each other file is one operation or the reads.

mod access;
mod address;
mod adopt;
mod announcer;
mod attempt;
mod cancel;
mod claim;
mod columns;
mod dependencies;
mod desk;
mod encryption;
mod explain;
mod feed;
mod figures;
mod hub;
mod listener;
mod members;
mod membership;
mod migrate;
mod models;
mod open;
mod operation;
mod parcels;
mod places;
mod projects;
mod promote;
mod prune;
mod reads;
mod rescue;
mod rows;
mod session;
mod settle;
mod store;
mod submit;
mod submit_many;
mod tally;
mod text;
mod upkeep;

pub use address::PostgresAddress;
pub use store::PostgresStore;
