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
    /// Why what it left could not be put into the project, where that travelled and is here.
    pub(super) undelivered: Option<Arc<Failure>>,
}

impl Finished {
    /// A task in its final state with what it left.
    pub(crate) fn new(task: Arc<Task>, result: Option<Arc<Value>>) -> Self {
        Self { task, result, undelivered: None }
    }

    /// Whether the task did what it was asked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.task.status() == TaskStatus::Completed && self.undelivered.is_none()
    }

    /// Why it did not.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.undelivered.as_deref().or(self.task.failure.as_deref())
    }
}
