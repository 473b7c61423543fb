//! What can go wrong in a store?

use thiserror::Error;

use crate::task::IllegalTransition;

/// A store's error; the message names the file and the way out where there is one.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The attempt no longer holds its task: its work is to be stopped and thrown away.
    #[error("the lease of this attempt is lost")]
    LeaseLost,
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
