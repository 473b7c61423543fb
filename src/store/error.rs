//! What can go wrong in a store?

use thiserror::Error;

use crate::task::{IllegalTransition, TaskId};

/// A store's error; the message names the file and the way out where there is one.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The attempt no longer holds its task: its work is to be stopped and thrown away.
    #[error("the lease of this attempt is lost")]
    LeaseLost,
    /// The idempotency key stands for other work.
    #[error("idempotency key {key:?} belongs to task {id}, which asks for something else")]
    KeyTaken {
        /// The key.
        key: Box<str>,
        /// The task that has it.
        id: TaskId,
    },
    /// A task to depend on is not there.
    #[error("task {id} to depend on not found")]
    UnknownDependency {
        /// What was asked for.
        id: TaskId,
    },
    /// As many tasks wait as may.
    #[error("{whose} {waiting} task(s) that wait, and may have {limit}")]
    Full {
        /// Who has them: `the queue has` or `owner … has`.
        whose: String,
        /// How many wait.
        waiting: u64,
        /// How many may.
        limit: u64,
    },
    /// Nothing is written to this store.
    #[error("store {location} is only read: {reason}")]
    ReadOnly {
        /// The file or address.
        location: String,
        /// Why, and what to do about it.
        reason: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// The place cannot be used as a store.
    #[error("store {location}: {reason}")]
    Unusable {
        /// The file or address.
        location: String,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// The database said no.
    #[error("store: {0}")]
    Database(sqlx::Error),
    /// A record cannot be read back.
    #[error("store: task record is not readable: {0}")]
    Corrupt(String),
    /// A move that the state machine does not have: a bug of ours.
    #[error("store: {0}")]
    Illegal(IllegalTransition),
}

impl From<IllegalTransition> for StoreError {
    fn from(error: IllegalTransition) -> Self {
        match error {
            IllegalTransition::LeaseLost => Self::LeaseLost,
            other @ IllegalTransition::WrongState { .. } => Self::Illegal(other),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolClosed => Self::Closed,
            other => Self::Database(other),
        }
    }
}
