//! What does a listing or a count look like?

use std::sync::Arc;

use serde::Serialize;

use super::{Kind, Task, TaskId, TaskStatus};

/// Which tasks a listing shows, newest first.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// Only this status.
    pub status: Option<TaskStatus>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// At most so many, 1 to 1000.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
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

/// How many tasks there are, by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct QueueStats {
    /// All of them.
    pub total_tasks: u64,
    /// Not yet eligible.
    pub pending: u64,
    /// Waiting for a worker.
    pub queued: u64,
    /// Under way.
    pub running: u64,
    /// Done.
    pub completed: u64,
    /// Ended without success.
    pub failed: u64,
    /// Ended on request.
    pub cancelled: u64,
    /// What waits for a worker or its next try: `pending + queued`.
    pub queue_size: u64,
}

impl QueueStats {
    /// Counts `number` tasks of one status.
    pub fn count(&mut self, status: TaskStatus, number: u64) {
        let field = match status {
            TaskStatus::Pending => &mut self.pending,
            TaskStatus::Queued => &mut self.queued,
            TaskStatus::Running => &mut self.running,
            TaskStatus::Completed => &mut self.completed,
            TaskStatus::Failed => &mut self.failed,
            TaskStatus::Cancelled => &mut self.cancelled,
        };
        *field += number;
        self.total_tasks += number;
        self.queue_size = self.pending + self.queued;
    }
}
