//! `generate`: submits modules, runs workers here, waits, and prints what was generated.

use std::time::Duration;

use tokio::time::Instant;

use super::arguments::{Generate, Scheduling};
use super::attend::Attendance;
use super::describe::plural;
use super::error::CommandError;
use super::exit::Exit;
use super::follow::{Ending, Followed};
use super::format::OutputFormat;
use super::output::Terminal;
use super::session::Session;
use super::signals::Signals;
use super::{github, report, submission, submit};
use crate::task::Work;

/// `generate`.
pub(super) async fn run(
    command: &Generate,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    session.warn_of_agent(terminal);
    let works = submission::work(&command.request, session, terminal)?;
    let scheduling = &command.request.scheduling;
    if command.detach {
        let json = command.format.chosen() == OutputFormat::Json;
        return submit::detach(works, scheduling, json, session, terminal).await;
    }
    attend(works, scheduling, command.wait_timeout, command.format.chosen(), session, terminal).await
}

/// Submits tasks of one lane, runs them here, and tells what came of them. Waits at most `patience` seconds.
pub(super) async fn attend(
    works: Vec<Work>,
    scheduling: &Scheduling,
    patience: Option<f64>,
    format: OutputFormat,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let mut attendance = begin_tasks(works, scheduling, session, terminal).await?;
    let deadline = patience.map(|seconds| begin + Duration::from_secs_f64(seconds));
    let ending = attendance.run(deadline).await?;
    let exit = attendance.leave(&ending).await?;
    if matches!(ending, Ending::Stopped(_)) {
        return Ok(exit);
    }
    let followed = &attendance.followed;
    let told = match format {
        OutputFormat::Json => report::print_json(followed, begin.elapsed())?,
        OutputFormat::Text => report::tell(followed, terminal)?,
        OutputFormat::Github => github::tell(followed, &session.settings.project_root)?,
    };
    Ok(exit.max(told))
}

/// Opens an engine with workers and submits tasks.
async fn begin_tasks<'a>(
    works: Vec<Work>,
    scheduling: &Scheduling,
    session: &'a Session,
    terminal: &'a Terminal,
) -> Result<Attendance<'a>, CommandError> {
    let engine = session.open_with_workers().await?;
    let lane = works.first().map_or_else(|| session.lane(), Work::lane);
    let lane = lane.requiring(&submission::requires(scheduling)?);
    if !engine.has_worker(&lane).await? {
        engine.stop(Duration::ZERO).await;
        return Err(CommandError::no_workers(&lane));
    }
    if works.len() > 1 {
        terminal.line(format_args!("generating tests for {}", plural(works.len(), "module")));
    }
    // A Ctrl-C between two submissions is heeded once all are stored.
    let signals = Signals::listen()?;
    let tasks = submission::submit(works, scheduling, session, &engine).await?;
    Ok(Attendance::new(session, terminal, engine, signals, Followed::new(tasks)))
}
