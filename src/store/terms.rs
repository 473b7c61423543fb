//! How does this process use its store? What an operator decides: who brings the schema up to date, whether anything is
//! written, and how many connections there are and how patient they are.

use std::time::Duration;

use super::schema::Release;
use crate::config::{MigrateChoice, Settings};

/// The terms on which a store is opened.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreTerms {
    /// Whether whoever opens an old schema brings it up to date; else it is refused.
    pub migrates: bool,
    /// Whether nothing is ever written.
    pub is_read_only: bool,
    /// How many connections to a database there are at most, beside the one that listens; at least 2.
    pub connections: u32,
    /// How long a connection is waited for.
    pub connect: Duration,
    /// How long an operation is done again while the database is away.
    pub retry: Duration,
    /// How long one statement may take, and its answer.
    pub statement: Duration,
    /// How long a statement waits for a lock.
    pub lock: Duration,
    /// How long a transaction may do nothing.
    pub idle: Duration,
    /// The schema that this program knows.
    pub release: Release,
}

impl Default for StoreTerms {
    /// As the settings have it where nobody sets them.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            migrates: true,
            is_read_only: false,
            connections: 8,
            connect: seconds(10),
            retry: seconds(10),
            statement: seconds(20),
            lock: seconds(10),
            idle: seconds(30),
            release: Release::default(),
        }
    }
}

impl StoreTerms {
    /// The terms of these settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let seconds = Duration::from_secs_f64;
        Self {
            migrates: settings.store_migrate == MigrateChoice::Auto,
            is_read_only: settings.store_read_only,
            connections: settings.store_connections,
            connect: seconds(settings.store_connect_seconds),
            retry: seconds(settings.store_retry_seconds),
            statement: seconds(settings.store_statement_seconds),
            lock: seconds(settings.store_lock_seconds),
            idle: seconds(settings.store_idle_seconds),
            release: Release::default(),
        }
    }

    /// The same, and nothing is written.
    #[must_use]
    pub fn only_reading(self) -> Self {
        Self { is_read_only: true, ..self }
    }
}
