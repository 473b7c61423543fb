//! What does a tool answer? A task as the service shows it, with a hint when to ask again, and a text for whoever reads
//! no structure.

use std::time::Duration;

use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;
use crate::engine::Finished;
use crate::server::access::Scope;
use crate::server::http::Problem;
use crate::server::tasks::TaskView;
use crate::task::{Kind, Task, TaskPage};

/// A task. What it left stands in `result`, in the answer of `get_task_result` alone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskAnswer {
    #[serde(flatten)]
    task: TaskView,
    /// How long to wait before asking again, in milliseconds; null once the task has ended.
    #[schema(minimum = 1000, maximum = 5000)]
    poll_after_ms: Option<u64>,
}

/// One page of tasks, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskListAnswer {
    tasks: Vec<TaskAnswer>,
    /// How many there are on all pages.
    total: u64,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

impl TaskAnswer {
    fn of(task: &Task, finished: Option<&Finished>, scope: &Scope) -> Self {
        let wait = poll_after(task).map(|wait| u64::try_from(wait.as_millis()).unwrap_or_default());
        Self { task: TaskView::of(task, finished, scope.caller().name()), poll_after_ms: wait }
    }
}

/// When to ask again for a task; `None` once it has ended.
pub(super) fn poll_after(task: &Task) -> Option<Duration> {
    let seconds = match task.new.work.kind() {
        _ if task.status().is_final() => return None,
        _ if task.cancel_requested => 1,
        // An agent works for minutes.
        Kind::GenerateTests | Kind::AgentTask => 5,
        _ => 2,
    };
    Some(Duration::from_secs(seconds))
}

/// A task and what is said of it.
pub(super) fn answer(
    task: &Task,
    finished: Option<&Finished>,
    text: String,
    scope: &Scope,
) -> Result<CallToolResult, Problem> {
    both(&TaskAnswer::of(task, finished, scope), text)
}

/// One page of tasks.
pub(super) fn list_answer(page: &TaskPage, total: u64, scope: &Scope) -> Result<CallToolResult, Problem> {
    let tasks = page.tasks.iter().map(|task| TaskAnswer::of(task, None, scope)).collect();
    let next_cursor = page.next_cursor.map(|id| id.to_string());
    let text = words::listed(page, total);
    both(&TaskListAnswer { tasks, total, next_cursor }, text)
}

/// What could not be done, for the agent to read: a failure of the tool, and none of the protocol.
pub(super) fn refusal(problem: &Problem) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(problem.detail())])
}

fn both(structure: &impl Serialize, text: String) -> Result<CallToolResult, Problem> {
    let structure = serde_json::to_value(structure).map_err(|error| Problem::bug(&error.to_string()))?;
    let mut result = CallToolResult::structured(structure);
    result.content = vec![ContentBlock::text(text)];
    Ok(result)
}
