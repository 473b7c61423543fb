//! `mcp`: the tools of an agent over standard input and output, and workers for what is submitted to them, until the
//! agent closes its end.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::fcntl_dupfd_cloexec;
use rustix::stdio::{dup2_stdout, stderr, stdout};
use tokio::io::AsyncRead;
use tokio_util::io::SyncIoBridge;
use tokio_util::sync::CancellationToken;

use super::arguments::{Mcp, SettingArguments};
use super::error::CommandError;
use super::exit::Exit;
use super::logs::{self, Detail};
use super::output::Terminal;
use super::run::in_runtime;
use super::session::{Host, Session};
use super::signals::Signals;
use super::{serve, worker};
use crate::server::converse;

/// How long running tasks get to end once the agent has gone: shorter than agents wait before they kill us, so that what
/// runs is given back.
const GRACE: Duration = Duration::from_secs(1);
/// How much of what comes in is read ahead.
const READ_AHEAD: usize = 64 * 1024;

/// `mcp`.
pub(super) fn run(
    command: &Mcp,
    given: &SettingArguments,
    host: &Host,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    // Before any module of the user's is imported.
    let output =
        sole_output().map_err(|error| CommandError::machine("standard output", error.to_string()))?;
    let session = Session::load(given, Some(&command.as_worker()), host)?;
    logs::start(terminal, Detail::Attempts);
    in_runtime(attend(&session, output, terminal))
}

async fn attend(session: &Session, output: File, terminal: &Terminal) -> Result<Exit, CommandError> {
    session.warn_of_agent(terminal);
    let mut signals = Signals::listen()?;
    let deliverer = serve::deliverer(session)?.for_one_user();
    let engine = Arc::new(session.open_for_service(deliverer).await?);
    tracing::info!("the tools of an agent, on standard input and output; tasks in {}", session.location);
    let stop = CancellationToken::new();
    let place = (Arc::clone(&engine), Arc::new(session.settings.clone()), session.location.clone());
    let streams = (input(), tokio::fs::File::from_std(output));
    let mut conversation = std::pin::pin!(converse(place, streams, stop.clone()));
    let exit = tokio::select! {
        () = &mut conversation => Exit::Done,
        signal = signals.next() => {
            stop.cancel();
            conversation.await;
            signal.exit()
        }
    };
    worker::stop(&engine, &mut signals, GRACE).await;
    Ok(exit)
}

/// Standard output for the protocol alone: whatever else is printed in this process, by a handler of the user's for
/// instance, goes to standard error.
fn sole_output() -> io::Result<File> {
    let ours = fcntl_dupfd_cloexec(stdout(), 3)?;
    dup2_stdout(stderr())?;
    Ok(File::from(ours))
}

/// Standard input, read by a thread that nobody waits for: it may wait for a line that never comes.
fn input() -> impl AsyncRead + Send + Unpin + 'static {
    let (near, far) = tokio::io::duplex(READ_AHEAD);
    let mut near = SyncIoBridge::new(near);
    std::thread::spawn(move || {
        if let Err(error) = io::copy(&mut io::stdin().lock(), &mut near) {
            tracing::debug!(%error, "nothing more is read");
        }
    });
    far
}
