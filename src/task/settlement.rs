//! How can an attempt end? The six things a worker may say of a task it holds.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Failure;

/// What becomes of a running task; each needs the attempt's lease token.
#[derive(Debug, Clone)]
pub enum Settlement {
    /// Done: the result is final.
    Complete(Arc<Value>),
    /// Not done, and not to be tried again.
    Fail(Failure),
    /// Not done; tried again when due.
    Retry {
        /// Why this attempt ended.
        failure: Failure,
        /// When the task is eligible again.
        due: DateTime<Utc>,
    },
    /// The worker stops: back to the queue as if this attempt had not been.
    GiveBack,
    /// Everything of the attempt is stopped, as the user asked.
    Cancel,
    /// The attempt died with the process that ran it, as far as anyone can tell.
    Crash,
}

impl Settlement {
    /// Takes out what is kept beside the record: the result of a completion or of a final failure. What the
    /// failure of a retried attempt had to show is dropped.
    pub fn take_result(&mut self) -> Option<Arc<Value>> {
        match self {
            Self::Complete(result) => Some(Arc::clone(result)),
            Self::Fail(failure) => failure.result.take().map(Arc::new),
            Self::Retry { failure, .. } => {
                failure.result = None;
                None
            }
            Self::GiveBack | Self::Cancel | Self::Crash => None,
        }
    }
}
