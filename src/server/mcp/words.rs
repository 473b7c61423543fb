//! How is a task told to an agent, and by it to people? In a few lines, with the next step.

use std::fmt::Write as _;

use serde_json::Value;

use super::answer::poll_after;
use crate::engine::Finished;
use crate::server::tasks::word;
use crate::task::{Task, TaskPage, TaskStatus, Work};

/// What is said of a task that was kept.
pub(super) fn submitted(task: &Task) -> String {
    if task.status().is_final() {
        return format!("This was submitted before. {}", standing(task));
    }
    format!(
        "Submitted: {}.\nTask ID: {}\nTell the user the id and stop here; it goes on in the background. When they ask for \
         it, call get_task_result with the id{}.",
        label(task),
        task.id(),
        later(task)
    )
}

/// Where a task stands.
pub(super) fn standing(task: &Task) -> String {
    let (label, id) = (label(task), task.id());
    match (task.status(), &task.failure) {
        (TaskStatus::Pending | TaskStatus::Queued, _) => {
            format!("Task {id} ({label}) is pending: it waits for its turn. Ask again{}.", later(task))
        }
        (TaskStatus::Running, _) => {
            format!("Task {id} ({label}) is running{}. Ask again{}.", step(task), later(task))
        }
        (TaskStatus::Completed, _) => {
            format!("Task {id} ({label}) is completed: get_task_result tells what it left.")
        }
        (TaskStatus::Failed, Some(failure)) => {
            format!("Task {id} ({label}) failed ({}): {}", failure.kind, failure.message)
        }
        (TaskStatus::Failed, None) => format!("Task {id} ({label}) failed."),
        (TaskStatus::Cancelled, _) => format!("Task {id} ({label}) was cancelled: it left nothing."),
    }
}

/// What a task left: its own text, where it has one.
pub(super) fn left(finished: &Finished) -> String {
    let task = &finished.task;
    let result = finished.result.as_deref();
    if let Some(text) = result.and_then(|result| result.get("text")).and_then(Value::as_str)
        && finished.is_success()
    {
        return text.to_owned();
    }
    let mut text = match finished.failure() {
        None => format!("Task {} ({}) is {}.", task.id(), label(task), word(task.status())),
        Some(failure) => format!(
            "Task {} ({}) failed ({}): {}\nSubmit it anew once that is mended.",
            task.id(),
            label(task),
            failure.kind,
            failure.message
        ),
    };
    if let Some(result) = result.and_then(|result| serde_json::to_string_pretty(result).ok()) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{result}");
    }
    text
}

/// What became of a task that was to end.
pub(super) fn cancelled(task: &Task) -> String {
    if task.status().is_final() {
        return standing(task);
    }
    format!(
        "Task {} ({}) will be cancelled: what runs for it is being ended. Ask get_task_status{}.",
        task.id(),
        label(task),
        later(task)
    )
}

/// One line a task.
pub(super) fn listed(page: &TaskPage, total: u64) -> String {
    let mut text = format!("{} of {total} tasks, the newest first.", page.tasks.len());
    for task in &page.tasks {
        let _ = write!(text, "\n{} {} {}", task.id(), word(task.status()), label(task));
    }
    if let Some(cursor) = page.next_cursor {
        let _ = write!(text, "\nMore: call list_tasks with cursor {cursor}.");
    }
    text
}

/// What a task is about.
fn label(task: &Task) -> String {
    let kind = task.new.work.kind();
    match &task.new.work {
        Work::GenerateTests(request) => format!("{kind}, {}", request.module_path),
        work => match work.project_id() {
            Some(project) => format!("{kind}, project {project}"),
            None => kind.to_string(),
        },
    }
}

/// What it does now.
fn step(task: &Task) -> String {
    match task.progress_now() {
        Some(progress) if progress.message.is_empty() => format!(", {}", progress.stage),
        Some(progress) => format!(", {}: {}", progress.stage, progress.message),
        None => String::new(),
    }
}

fn later(task: &Task) -> String {
    poll_after(task).map(|wait| format!(", not before {} s from now", wait.as_secs())).unwrap_or_default()
}
