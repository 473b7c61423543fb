//! `generate`: submits modules, runs workers here, waits, and prints what was generated.

use std::time::Duration;

use tokio::time::Instant;

use super::arguments::Generate;
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

/// `generate`.
pub(super) async fn run(
    command: &Generate,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    session.warn_of_agent(terminal);
    if command.detach {
        return submit::detach(
            &command.request,
            command.format.chosen() == OutputFormat::Json,
            session,
            terminal,
        )
        .await;
    }
    let begin = Instant::now();
    let mut attendance = begin_tasks(command, session, terminal).await?;
    let deadline = command.wait_timeout.map(|seconds| begin + Duration::from_secs_f64(seconds));
    let ending = attendance.run(deadline).await?;
    let exit = attendance.leave(&ending).await?;
    if matches!(ending, Ending::Stopped(_)) {
        return Ok(exit);
    }
    let followed = &attendance.followed;
    let told = match command.format.chosen() {
        OutputFormat::Json => report::print_json(followed, begin.elapsed())?,
        OutputFormat::Text => report::tell(followed, terminal)?,
        OutputFormat::Github => github::tell(followed, &session.settings.project_root)?,
    };
    Ok(exit.max(told))
}

/// Opens an engine with workers and submits.
async fn begin_tasks<'a>(
    command: &Generate,
    session: &'a Session,
    terminal: &'a Terminal,
) -> Result<Attendance<'a>, CommandError> {
    let works = submission::work(&command.request, session, terminal)?;
    let engine = session.open_with_workers().await?;
    let lane = session.lane();
    if !engine.has_worker(&lane).await? {
        engine.stop(Duration::ZERO).await;
        return Err(CommandError::NoWorkers { lane: lane.as_str().to_owned() });
    }
    if works.len() > 1 {
        terminal.line(format_args!("generating tests for {}", plural(works.len(), "module")));
    }
    // A Ctrl-C between two submissions is heeded once all are stored.
    let signals = Signals::listen()?;
    let tasks = submission::submit(works, &command.request, session, &engine).await?;
    Ok(Attendance::new(session, terminal, engine, signals, Followed::new(tasks)))
}
