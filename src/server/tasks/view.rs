//! What does the service tell of a task? The eleven keys that its clients know, always, and a few more.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::progress::ProgressView;
use crate::engine::{Finished, StatusView};
use crate::task::{Task, TaskStatus};

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct TaskView {
    /// Its id, a UUID.
    #[schema(example = "0199a1c4-7d3e-7000-8000-0123456789ab")]
    task_id: String,
    /// Whose it is.
    #[schema(example = "ada")]
    user_id: String,
    /// The project it was submitted for, where it named one in its payload.
    #[schema(required)]
    project_id: Option<String>,
    /// What sort of work it is.
    #[schema(example = "generate_tests")]
    task_type: String,
    /// `pending` until a worker has it, then `running`, then one of the others for good.
    #[schema(value_type = String, pattern = "^(pending|running|completed|failed|cancelled)$")]
    status: &'static str,
    /// When it was submitted.
    #[schema(format = DateTime)]
    created_at: String,
    /// When its last attempt began.
    #[schema(format = DateTime, required)]
    started_at: Option<String>,
    /// When it ended.
    #[schema(format = DateTime, required)]
    completed_at: Option<String>,
    /// What it left; of a failed task, what there is all the same.
    #[schema(required)]
    result: Option<Value>,
    /// Why it failed.
    #[schema(required)]
    error: Option<String>,
    /// How far it is.
    progress: ProgressView,
    /// What sort of failure it was.
    #[schema(required)]
    error_kind: Option<String>,
    /// Who goes first: 0 (`critical`) to 3 (`low`).
    #[schema(minimum = 0, maximum = 3)]
    priority: u8,
    /// Attempts so far.
    attempt: u32,
    /// Tries after the first.
    retry_count: u32,
    /// What was asked for, and the caller's own notes.
    metadata: Map<String, Value>,
}

impl TaskView {
    /// The view of a task, with what it left where it has ended.
    pub(in crate::server) fn of(task: &Task, finished: Option<&Finished>, user: &str) -> Self {
        let failure = finished.map_or(task.failure.as_deref(), Finished::failure);
        Self {
            task_id: task.id().to_string(),
            user_id: user.to_owned(),
            project_id: task.new.work.project_id(),
            task_type: task.new.work.kind().to_string(),
            status: word(task.status()),
            created_at: iso(task.created_at),
            started_at: task.started_at.map(iso),
            completed_at: task.completed_at.map(iso),
            result: finished.and_then(|finished| finished.result.as_deref().cloned()),
            error: failure.map(|failure| failure.message.clone()),
            progress: ProgressView::of(task),
            error_kind: failure.map(|failure| failure.kind.to_string()),
            priority: task.new.priority.as_number(),
            attempt: task.attempt,
            retry_count: task.retries,
            metadata: StatusView::of(task).into_metadata(),
        }
    }
}

/// The word of a status: whether a task waits for a worker or for its time is not told apart.
pub(in crate::server) fn word(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Queued => TaskStatus::Pending.as_str(),
        other => other.as_str(),
    }
}

/// The statuses that a word stands for.
pub(in crate::server) fn statuses(word: &str) -> Option<Vec<TaskStatus>> {
    let of_word = TaskStatus::ALL.into_iter().filter(|status| self::word(*status) == word);
    let statuses: Vec<_> = of_word.collect();
    (!statuses.is_empty()).then_some(statuses)
}

/// ISO 8601 in UTC, to the microsecond.
pub(in crate::server) fn iso(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
