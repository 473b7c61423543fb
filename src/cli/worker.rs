//! `worker`: runs what others submit, until it is stopped or nothing is left to do.

use std::time::Duration;

use super::arguments::Worker;
use super::describe::plural;
use super::error::CommandError;
use super::exit::Exit;
use super::handover;
use super::output::Terminal;
use super::session::Session;
use super::signals::Signals;
use crate::engine::Engine;
use crate::store::StoreLocation;
use crate::task::{Kind, Lane, Member, State, TaskStatus};

/// How long running tasks get to end after the first sign to stop.
pub(super) const GRACE: Duration = Duration::from_secs(10);
/// How often a worker that ends when idle looks whether it is.
const LOOK: Duration = Duration::from_millis(250);

/// `worker`.
pub(super) async fn run(
    command: &Worker,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    if command.detached {
        // Fails only where it has a session of its own already.
        let _ = rustix::process::setsid();
    }
    if session.location == StoreLocation::Memory {
        return Err(CommandError::Usage {
            message: "the store `memory:` belongs to one process: no task can reach this worker".to_owned(),
            hint: "name a store on disk: `--store sqlite:PATH`".to_owned(),
        });
    }
    session.warn_of_agent(terminal);
    let mut signals = Signals::listen()?;
    loop {
        let engine = session.open_with_workers().await?;
        if session.lanes().is_empty() {
            return Err(CommandError::no_workers(&session.lane()));
        }
        greet(session);
        tokio::select! {
            signal = signals.next() => {
                stop(&engine, &mut signals, GRACE).await;
                return Ok(signal.exit());
            }
            outcome = until_idle(&engine, session), if command.exit_when_idle => outcome?,
        }
        engine.stop(Duration::ZERO).await;
        if nothing_left(session).await? {
            tracing::info!("nothing is left to do");
            return Ok(Exit::Done);
        }
    }
}

fn greet(session: &Session) {
    let workers = plural(usize::try_from(session.settings.workers).unwrap_or_default(), "worker");
    let (lanes, labels) = Member::abilities(session.lanes());
    let lanes: Vec<&str> =
        lanes.iter().map(Lane::as_str).filter(|lane| *lane != Kind::Noop.as_str()).collect();
    let having = if labels.is_empty() { String::new() } else { format!(" with {labels}") };
    let (process, lanes) = (std::process::id(), lanes.join(", "));
    tracing::info!("process {process}: {workers}{having} for {lanes} on {}", session.location);
}

/// Stops gracefully; a second signal abandons what runs: the next engine on the store runs it again.
pub(super) async fn stop(engine: &Engine, signals: &mut Signals, grace: Duration) {
    tracing::info!(
        "stopping: running tasks get {} s, then go back to the queue; once more abandons them",
        grace.as_secs()
    );
    tokio::select! {
        () = engine.stop(grace) => {}
        _ = signals.next() => tracing::warn!("abandoned what runs"),
    }
}

/// Waits until nothing runs here and nothing waits for us.
async fn until_idle(engine: &Engine, session: &Session) -> Result<(), CommandError> {
    let lanes = session.lanes();
    loop {
        // Waiting tasks first: what is claimed in between is seen running.
        let is_idle = handover::waiting_tasks(engine, &lanes).await?.is_empty();
        if is_idle && !runs_anything(engine).await? {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn runs_anything(engine: &Engine) -> Result<bool, CommandError> {
    let ours = engine.process();
    let running = handover::all(engine, TaskStatus::Running).await?;
    Ok(running.iter().any(|task| task.state == State::Running { process: ours }))
}

/// Looks once more, now that others see that this worker is gone: a task submitted while it was still seen would
/// wait for nobody.
async fn nothing_left(session: &Session) -> Result<bool, CommandError> {
    let engine = session.open_without_workers().await?;
    let mut is_idle = true;
    for (_, lane) in handover::waiting_tasks(&engine, &session.lanes()).await? {
        is_idle &= engine.has_worker(&lane).await?;
    }
    engine.stop(Duration::ZERO).await;
    Ok(is_idle)
}
