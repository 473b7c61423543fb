//! The PostgreSQL that tests bring along: a server for the whole run, and a fresh database for each test.

mod database;
mod proxy;
mod server;

pub(crate) use database::Database;
pub(crate) use proxy::Wire;
pub(crate) use server::{Server, server};
