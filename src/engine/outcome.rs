//! What does a wait answer? The final record and its result, the same each time it is read.

use std::sync::Arc;

use serde_json::Value;

use crate::task::{Failure, Task, TaskStatus};

/// A task in its final state.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The record.
    pub task: Arc<Task>,
    /// What it left: the result of success, or what a failure could show.
    pub result: Option<Arc<Value>>,
}

impl Finished {
    /// Whether the task did what it was asked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.task.status() == TaskStatus::Completed
    }

    /// Why it did not.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.task.failure.as_deref()
    }
}
