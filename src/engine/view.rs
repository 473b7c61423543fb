//! What do answers look like as JSON? One shape for the command and the service, the same as Python's dicts
//! (`types.py`), which `src/python/convert.rs` builds by hand for speed.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::outcome::Finished;
use crate::task::{
    ErrorKind, Failure, Happening, Kind, LogLevel, Progress, State, Task, TaskEvent, TaskId, TaskPage,
    TaskStatus, Work,
};

/// The status dict: where a task stands.
#[derive(Debug, Serialize)]
pub struct StatusView<'a> {
    task_id: TaskId,
    kind: Kind,
    status: TaskStatus,
    priority: u8,
    created_at: String,
    started_at: Option<String>,
    completed_at: Option<String>,
    error: Option<&'a str>,
    error_kind: Option<ErrorKind>,
    retry_count: u32,
    attempt: u32,
    worker: Option<String>,
    progress: Option<&'a Progress>,
    metadata: Map<String, Value>,
}

impl<'a> StatusView<'a> {
    /// The view of a task as it stands.
    #[must_use]
    pub fn of(task: &'a Task) -> Self {
        let (error, error_kind) = failure(task.failure.as_deref());
        let worker = match task.state {
            State::Running { process } => Some(process.to_string()),
            _ => None,
        };
        Self {
            task_id: task.id(),
            kind: task.new.work.kind(),
            status: task.status(),
            priority: task.new.priority.as_number(),
            created_at: iso(task.created_at),
            started_at: task.started_at.map(iso),
            completed_at: task.completed_at.map(iso),
            error,
            error_kind,
            retry_count: task.retries,
            attempt: task.attempt,
            worker,
            progress: task.progress_now(),
            metadata: metadata(task),
        }
    }
}

impl StatusView<'_> {
    /// What was asked for, then the caller's own notes.
    #[must_use]
    pub fn into_metadata(self) -> Map<String, Value> {
        self.metadata
    }
}

/// The result dict: what a task left, or why it left nothing.
#[derive(Debug, Serialize)]
pub struct ResultView<'a> {
    success: bool,
    task_id: TaskId,
    result: Option<&'a Value>,
    error: Option<&'a str>,
    error_kind: Option<ErrorKind>,
    module_path: Option<&'a str>,
    output_path: Option<&'a str>,
}

impl<'a> ResultView<'a> {
    /// The view of a task in its final state.
    #[must_use]
    pub fn of(finished: &'a Finished) -> Self {
        let (error, error_kind) = failure(finished.failure());
        Self {
            success: finished.is_success(),
            result: finished.result.as_deref(),
            error,
            error_kind,
            ..Self::empty(&finished.task)
        }
    }

    /// The view of a task that someone stopped waiting for: it goes on, and `message` says so.
    #[must_use]
    pub fn unfinished(task: &'a Task, message: &'a str) -> Self {
        Self { error: Some(message), error_kind: Some(ErrorKind::Timeout), ..Self::empty(task) }
    }

    fn empty(task: &'a Task) -> Self {
        let (module_path, output_path) = match &task.new.work {
            Work::GenerateTests(request) => {
                (Some(request.module_path.as_str()), Some(request.output_path.as_str()))
            }
            Work::AgentTask(_)
            | Work::Documents(_)
            | Work::Planning(_)
            | Work::Webhook(_)
            | Work::Noop
            | Work::Custom(_) => (None, None),
        };
        Self {
            success: false,
            task_id: task.id(),
            result: None,
            error: None,
            error_kind: None,
            module_path,
            output_path,
        }
    }
}

/// One page of status dicts, newest first.
#[derive(Debug, Serialize)]
pub struct PageView<'a> {
    tasks: Vec<StatusView<'a>>,
    next_cursor: Option<TaskId>,
}

impl<'a> PageView<'a> {
    /// The view of a page.
    #[must_use]
    pub fn of(page: &'a TaskPage) -> Self {
        let tasks = page.tasks.iter().map(|task| StatusView::of(task)).collect();
        Self { tasks, next_cursor: page.next_cursor }
    }
}

/// One event of a task; a face that tells statuses and progress in words of its own says which.
#[derive(Debug, Serialize)]
pub struct EventView<'a, S = TaskStatus, P = &'a Progress> {
    number: u32,
    event: &'static str,
    time: String,
    status: S,
    attempt: u32,
    error: Option<&'a str>,
    error_kind: Option<ErrorKind>,
    progress: Option<P>,
    level: Option<LogLevel>,
    message: Option<&'a str>,
}

impl<'a> EventView<'a> {
    /// The view of an event.
    #[must_use]
    pub fn of(event: &'a TaskEvent) -> Self {
        Self::in_words(event, iso(event.at), event.status, |progress| progress)
    }
}

impl<'a, S, P> EventView<'a, S, P> {
    /// The view of an event, with its time and its status as they are told, and what tells how far a task was.
    pub fn in_words(
        event: &'a TaskEvent,
        time: String,
        status: S,
        progress_of: impl FnOnce(&'a Progress) -> P,
    ) -> Self {
        let mut view = Self {
            number: event.number,
            event: event.happening.as_str(),
            time,
            status,
            attempt: event.attempt,
            error: None,
            error_kind: None,
            progress: None,
            level: None,
            message: None,
        };
        match &event.happening {
            Happening::Moved(reason) => (view.error, view.error_kind) = failure(reason.as_deref()),
            Happening::Progress(progress) => view.progress = Some(progress_of(progress)),
            Happening::Log(level, line) => {
                (view.level, view.message) = (Some(*level), Some(line.as_ref()));
            }
            Happening::CancelRequested => {}
        }
        view
    }
}

fn failure(failure: Option<&Failure>) -> (Option<&str>, Option<ErrorKind>) {
    (failure.map(|failure| failure.message.as_str()), failure.map(|failure| failure.kind))
}

/// What was asked for, then the caller's own notes.
fn metadata(task: &Task) -> Map<String, Value> {
    let mut metadata = Map::new();
    match &task.new.work {
        Work::GenerateTests(request) => {
            metadata.insert("module_path".to_owned(), request.module_path.as_str().into());
            metadata.insert("output_path".to_owned(), request.output_path.as_str().into());
            metadata.insert("coverage_threshold".to_owned(), request.coverage_threshold.percent().into());
        }
        Work::AgentTask(request) => {
            metadata.insert("instruction".to_owned(), request.instruction.as_str().into());
            metadata.insert("workspace".to_owned(), request.workspace.as_str().into());
            metadata.insert("apply".to_owned(), request.apply.into());
        }
        Work::Documents(documents) => {
            metadata.insert("project_id".to_owned(), documents.project.id.as_str().into());
        }
        Work::Planning(planning) => {
            metadata.insert("tool".to_owned(), planning.tool.as_str().into());
        }
        Work::Webhook(_) | Work::Noop | Work::Custom(_) => {}
    }
    let requires: Vec<Value> = task.new.lane.labels().map(Value::from).collect();
    if !requires.is_empty() {
        metadata.insert("requires".to_owned(), requires.into());
    }
    if let Ok(Value::Object(own)) = serde_json::from_str(&task.new.metadata) {
        metadata.extend(own);
    }
    metadata
}

/// ISO 8601 in UTC, to the microsecond.
fn iso(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, false)
}
