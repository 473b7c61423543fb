//! What can a caller of the engine be told? A failed task is never one of these.

use thiserror::Error;

use crate::store::StoreError;

/// An error of a call to the engine.
#[derive(Debug, Error)]
pub enum EngineError {
    /// No task has this id: never submitted here, or past its retention.
    #[error("task {id} not found: it was never submitted to this store, or was removed after its retention")]
    TaskNotFound {
        /// What the caller asked for.
        id: String,
    },
    /// The request cannot be carried out; nothing was stored.
    #[error(transparent)]
    InvalidRequest(#[from] InvalidRequest),
    /// As many tasks wait as may; nothing was stored.
    #[error(
        "{whose} {waiting} task(s) that wait, and may have {limit}: wait for some to end, or raise `queue_size` (for each \
         owner `queue_size_per_owner`)"
    )]
    QueueFull {
        /// Who has them.
        whose: String,
        /// How many wait.
        waiting: u64,
        /// How many may.
        limit: u64,
    },
    /// The engine is stopped or stopping.
    #[error("the engine is stopped: start it again, or make a new generator")]
    Closed,
    /// The wait ended before the task did.
    #[error("task {id} is still {status} after {seconds:.1} s: it goes on; ask again, or cancel it")]
    WaitTimedOut {
        /// The task.
        id: String,
        /// Where it stands.
        status: String,
        /// How long the call waited.
        seconds: f64,
    },
    /// The store said no.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Closed => Self::Closed,
            StoreError::Full { whose, waiting, limit } => Self::QueueFull { whose, waiting, limit },
            StoreError::KeyTaken { key, id } => InvalidRequest::new(
                "idempotency_key",
                format!("{key:?} belongs to task {id}, which asks for something else: use another key"),
            )
            .into(),
            StoreError::UnknownDependency { id } => {
                let message = format!("task {id} not found: name tasks of this store that are still kept");
                InvalidRequest::new("depends_on", message).into()
            }
            other => Self::Store(other),
        }
    }
}

/// A request that names something impossible.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {message}")]
pub struct InvalidRequest {
    /// The argument.
    pub field: &'static str,
    /// What is wrong with its value, and the remedy.
    pub message: String,
}

impl InvalidRequest {
    /// An error about one argument.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}
