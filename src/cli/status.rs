//! `status`: where a task stands now.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

use super::arguments::OneTask;
use super::describe;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD};
use super::results::task_id;
use super::session::Session;
use crate::engine::{Engine, EngineError, StatusView};
use crate::task::{State, Task, TaskId, Threshold, Wait, Work};

/// `status`.
pub(super) async fn run(command: &OneTask, session: &Session) -> Result<Exit, CommandError> {
    let id = task_id(&command.id)?;
    let engine = session.open_without_workers().await?;
    let found = look(&engine, id).await;
    engine.stop(Duration::ZERO).await;
    let (task, reached) = found?;
    if command.format.json {
        output::print_json(&StatusView::of(&task))?;
    } else {
        output::print(text(&task, reached))?;
    }
    Ok(Exit::Done)
}

/// The task, and the coverage that its tests reach.
async fn look(engine: &Engine, id: TaskId) -> Result<(Arc<Task>, Option<f64>), EngineError> {
    let task = engine.get(id).await?;
    let finished = engine.finished_now(id).await?;
    let reached = finished.and_then(|finished| finished.result?["coverage"]["percent"].as_f64());
    Ok((task, reached))
}

/// One line for each thing that is known.
fn text(task: &Task, reached: Option<f64>) -> String {
    let mut lines = vec![("task", task.id().to_string()), ("status", status(task))];
    match &task.new.work {
        Work::GenerateTests(request) => {
            lines.push(("module", request.module_path.clone()));
            lines.push(("test file", request.output_path.clone()));
            lines.push(("coverage", coverage(reached, request.coverage_threshold)));
        }
        Work::AgentTask(request) => {
            lines.push(("task of", describe::headline(&request.instruction).to_owned()));
            lines.push(("workspace", request.workspace.to_string()));
            lines.push(("apply", if request.apply { "yes" } else { "no" }.to_owned()));
        }
        Work::Documents(documents) => {
            lines.push(("kind", documents.kind().to_string()));
            lines.push(("project", documents.project.id.clone()));
        }
        Work::Planning(planning) => lines.push(("kind", planning.tool.kind().to_string())),
        Work::Webhook(_) | Work::Noop | Work::Custom(_) => {
            lines.push(("kind", describe::label(task).to_owned()));
        }
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

/// What was reached, as far as that is known, and what was asked for.
fn coverage(reached: Option<f64>, threshold: Threshold) -> String {
    let asked = threshold.percent();
    match reached {
        Some(percent) => format!("{} %, asked for {asked} %", describe::figure(percent)),
        None => format!("at least {asked} %"),
    }
}

fn status(task: &Task) -> String {
    match (&task.state, &task.progress) {
        (State::Running { .. }, Some(progress)) => {
            let position = progress.position().map(|position| format!(" ({position})"));
            format!("running: {}, {}{}", progress.stage, progress.message, position.unwrap_or_default())
        }
        (State::Pending { wait: Wait::LeftBehind }, _) => {
            "pending: left behind by a process that ended; retry it".to_owned()
        }
        (State::Pending { wait: Wait::Due(due) }, _) if task.attempt == 0 => {
            format!("pending: not before {}", clock(*due))
        }
        (State::Pending { wait: Wait::Due(due) }, _) => format!("pending: next try at {}", clock(*due)),
        (State::Pending { wait: Wait::Dependencies { open } }, _) => {
            format!("pending: waits for {}", describe::plural(*open as usize, "other task"))
        }
        (state, _) => state.status().to_string(),
    }
}

fn clock(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_is_what_was_reached_once_that_is_known() {
        let threshold = Threshold::try_from(80).unwrap();
        assert_eq!(coverage(None, threshold), "at least 80 %");
        assert_eq!(coverage(Some(96.27), threshold), "96.2 %, asked for 80 %");
    }
}
