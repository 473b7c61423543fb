//! What does a listing look like?

use std::sync::Arc;

use super::{Kind, Task, TaskId, TaskStatus};

/// Which tasks a listing shows, newest first.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// Only this status.
    pub status: Option<TaskStatus>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only this owner's; empty for the tasks of nobody.
    pub owner: Option<Box<str>>,
    /// At most so many, 1 to 1000.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
}

impl ListFilter {
    /// Whether webhooks are shown: they are the service's own, for whoever asks for their owner or their kind.
    #[must_use]
    pub fn shows_webhooks(&self) -> bool {
        self.owner.is_some() || self.kind.is_some()
    }
}

/// The last task of a page: the next page begins below it. Users see the id's text.
pub type Cursor = TaskId;

/// One page of tasks.
#[derive(Debug, Clone)]
pub struct TaskPage {
    /// Newest first.
    pub tasks: Vec<Arc<Task>>,
    /// Where the next page begins; `None` on the last page.
    pub next_cursor: Option<Cursor>,
}
