//! `results` and `watch`: stay with one task until it has ended, and run it here when no living process does.

use std::time::Duration;

use tokio::time::Instant;

use super::arguments::{OneTask, Results};
use super::attend::Attendance;
use super::error::CommandError;
use super::exit::Exit;
use super::follow::{Ending, Followed};
use super::format::OutputFormat;
use super::output::{self, Terminal};
use super::session::Session;
use super::signals::Signals;
use super::{github, report};
use crate::engine::{EngineError, Finished, ResultView, StatusView};
use crate::task::TaskId;

/// `results`: prints what the task left.
pub(super) async fn run(
    command: &Results,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let limit = command.wait_timeout.map(Duration::from_secs_f64);
    let (attended, exit) = attend(&command.id, limit, session, terminal).await?;
    let Some(finished) = attended else { return Ok(exit) };
    match command.format.chosen() {
        OutputFormat::Text => return report::tell_one(&finished, terminal),
        OutputFormat::Json => output::print_json(&ResultView::of(&finished))?,
        OutputFormat::Github => github::tell_all([&finished], &session.settings.project_root)?,
    }
    Ok(Exit::of_task(&finished))
}

/// `watch`: shows each change, and at the end what the task left.
pub(super) async fn watch(
    command: &OneTask,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let (attended, exit) = attend(&command.id, None, session, terminal).await?;
    let Some(finished) = attended else { return Ok(exit) };
    if command.format.json {
        output::print_json(&StatusView::of(&finished.task))?;
        return Ok(Exit::of_task(&finished));
    }
    report::tell_one(&finished, terminal)
}

/// Stays with a task; `None` where a signal came first.
async fn attend(
    id: &str,
    limit: Option<Duration>,
    session: &Session,
    terminal: &Terminal,
) -> Result<(Option<Finished>, Exit), CommandError> {
    let begin = Instant::now();
    let id = task_id(id)?;
    let engine = session.open_without_workers().await?;
    let task = engine.get(id).await?;
    let (signals, followed) = (Signals::listen()?, Followed::new(vec![task]));
    let mut attendance = Attendance::new(session, terminal, engine, signals, followed);
    let ending = attendance.run(limit.map(|limit| begin + limit)).await?;
    let status = attendance.followed.tasks[0].status().to_string();
    let exit = attendance.leave(&ending).await?;
    if ending == Ending::TimedOut {
        let seconds = begin.elapsed().as_secs_f64();
        return Err(EngineError::WaitTimedOut { id: id.to_string(), status, seconds }.into());
    }
    Ok((attendance.followed.finished.remove(&id), exit))
}

/// An id as the user gave it; what is none names no task.
pub(super) fn task_id(text: &str) -> Result<TaskId, CommandError> {
    let not_found = || EngineError::TaskNotFound { id: text.to_owned() };
    Ok(text.parse().map_err(|_| not_found())?)
}
