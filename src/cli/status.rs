//! `status`: where a task stands now.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

use super::arguments::OneTask;
use super::describe;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD};
use super::results::task_id;
use super::session::Session;
use crate::engine::StatusView;
use crate::task::{State, Task, Work};

/// `status`.
pub(super) async fn run(command: &OneTask, session: &Session) -> Result<Exit, CommandError> {
    let id = task_id(&command.id)?;
    let engine = session.open_without_workers().await?;
    let task = engine.get(id).await;
    engine.stop(Duration::ZERO).await;
    let task = task?;
    if command.format.json {
        output::print_json(&StatusView::of(&task))?;
    } else {
        output::print(text(&task))?;
    }
    Ok(Exit::Done)
}

/// One line for each thing that is known.
fn text(task: &Task) -> String {
    let mut lines = vec![("task", task.id().to_string()), ("status", status(task))];
    match &task.new.work {
        Work::GenerateTests(request) => {
            lines.push(("module", request.module_path.clone()));
            lines.push(("test file", request.output_path.clone()));
            lines.push(("coverage", format!("at least {} %", request.coverage_threshold.percent())));
        }
        Work::Noop => lines.push(("kind", describe::label(task).to_owned())),
    }
    lines.push(("priority", task.new.priority.to_string()));
    let times =
        [("created", Some(task.created_at)), ("started", task.started_at), ("ended", task.completed_at)];
    lines.extend(times.into_iter().filter_map(|(name, time)| time.map(|time| (name, clock(time)))));
    if task.retries > 0 {
        lines.push(("retries", format!("{} of {}", task.retries, task.new.max_retries)));
    }
    if let Some(failure) = &task.failure {
        lines.push(("error", failure.to_string()));
    }
    let lines = lines.into_iter().map(|(name, value)| format!("{BOLD}{name:<10}{BOLD:#}{value}"));
    lines.collect::<Vec<_>>().join("\n")
}

fn status(task: &Task) -> String {
    match (&task.state, &task.progress) {
        (State::Running { .. }, Some(progress)) => format!(
            "running: {}, {} (iteration {} of {})",
            progress.stage, progress.message, progress.iteration, progress.max_iterations
        ),
        (State::Pending { due: None }, _) => {
            "pending: left behind by a process that ended; retry it".to_owned()
        }
        (State::Pending { due: Some(due) }, _) => format!("pending: next try at {}", clock(*due)),
        (state, _) => state.status().to_string(),
    }
}

fn clock(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
