//! What is somebody told of a task? Its state in the words of people, and what to do next.

use std::time::Duration;

use serde_json::Value;

use crate::engine::{EngineError, Finished};
use crate::task::{PlanningTool, Task, TaskStatus, Work};

/// How much of a text is quoted.
const MOST_QUOTED: usize = 80;

/// The state of a task as people hear it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It waits.
    Pending,
    /// It is worked on.
    Processing,
    /// It is done.
    Completed,
    /// It is not, and will not be.
    Failed,
}

impl Standing {
    /// The state of a status. A cancelled task is shown as failed.
    #[must_use]
    pub fn of(status: TaskStatus) -> Self {
        match status {
            TaskStatus::Pending | TaskStatus::Queued => Self::Pending,
            TaskStatus::Running => Self::Processing,
            TaskStatus::Completed => Self::Completed,
            TaskStatus::Failed | TaskStatus::Cancelled => Self::Failed,
        }
    }

    /// The name that is shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

/// What a task is asked for, in a word or two.
#[must_use]
pub fn asked_for(tool: PlanningTool) -> &'static str {
    match tool {
        PlanningTool::GenerateImplementationPlan => "an implementation plan",
        PlanningTool::ParseRequirements => "the parsing of requirements",
        PlanningTool::ValidatePlan => "the validation of a plan",
    }
}

/// How long a task of a tool is expected to take.
fn expected_time(tool: PlanningTool) -> &'static str {
    match tool {
        PlanningTool::GenerateImplementationPlan => "10-30 seconds",
        PlanningTool::ParseRequirements | PlanningTool::ValidatePlan => "5-15 seconds",
    }
}

/// What is said of a task that was just submitted.
#[must_use]
pub fn submitted_text(tool: PlanningTool, text: &str, id: &str) -> String {
    format!(
        "📝 Task Submitted: {} of \"{}\"\nTask ID: {id}\nExpected time: {}; there is no need to wait for it.\nUse \
         get_task_result(\"{id}\") to check the status, or say \"Get result for task {id}\".",
        asked_for(tool),
        quoted(text),
        expected_time(tool)
    )
}

/// What is said of tasks of a prompt that were not kept, beside those that were.
pub(super) fn left_text(number: usize, error: &EngineError) -> String {
    let tasks = if number == 1 { "the last task was" } else { "the tasks after these were" };
    format!("⚠️ Not submitted: {tasks} not kept ({number} in all): {error}")
}

/// What is said of an id that no task has.
#[must_use]
pub fn unknown_text(id: &str) -> String {
    format!(
        "❓ Task {} not found. It was never submitted here, or it has expired: results are kept for 1 hour after the end of \
         a task. Submit it again.",
        quoted(id)
    )
}

/// What is said of a task; `finished` is its end, where it has come.
#[must_use]
pub fn standing_text(task: &Task, finished: Option<&Finished>) -> String {
    let standing = Standing::of(task.status());
    let (id, tool) = (task.id(), name_of(task));
    let lines = format!("Task ID: {id}\nTool: {tool}\nStatus: {}", standing.as_str());
    match standing {
        Standing::Pending => format!(
            "🕐 Task Pending\n{lines}\nIt is queued, and begins when a worker is free. Ask again in a few seconds."
        ),
        Standing::Processing => {
            let progress = task.progress_now().map(|progress| format!("\nNow: {}", progress.message));
            let progress = progress.unwrap_or_default();
            format!("⏳ Task Processing...\n{lines}{progress}\nCheck again in a few seconds.")
        }
        Standing::Completed => format!("✅ Task Completed!\n{lines}\n\nResult:\n{}", result_text(finished)),
        Standing::Failed => {
            let error = match (task.status(), finished.and_then(Finished::failure)) {
                (TaskStatus::Cancelled, _) => "Task cancelled".to_owned(),
                (_, Some(failure)) => failure.message.clone(),
                (_, None) => "it is not known why".to_owned(),
            };
            format!("❌ Task Failed\n{lines}\nError: {error}\nA new submission tries it again.")
        }
    }
}

/// What is said where a task was waited for: its result alone, else why there is none.
#[must_use]
pub fn answer_text(finished: &Finished) -> String {
    if finished.is_success() {
        result_text(Some(finished))
    } else {
        standing_text(&finished.task, Some(finished))
    }
}

/// What is said of a task that takes longer than somebody waits.
#[must_use]
pub fn overdue_text(tool: PlanningTool, text: &str, id: &str, limit: Duration) -> String {
    format!(
        "It takes longer than {} s, and goes on.\n{}",
        limit.as_secs_f64(),
        submitted_text(tool, text, id)
    )
}

/// What a task left, as a text.
fn result_text(finished: Option<&Finished>) -> String {
    let Some(result) = finished.and_then(|finished| finished.result.as_deref()) else {
        return "nothing".to_owned();
    };
    match result.get("text").and_then(Value::as_str) {
        Some(text) => text.to_owned(),
        None => format!("{result:#}"),
    }
}

fn name_of(task: &Task) -> String {
    match &task.new.work {
        Work::Planning(planning) => planning.tool.to_string(),
        other => other.kind().to_string(),
    }
}

fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST_QUOTED) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
