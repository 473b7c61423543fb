//! A server of our own: one for all who work with its folder, in a sandbox, gone with the process that runs it.

use std::fs::File;
use std::net::TcpListener;
use std::time::Duration;

use parking_lot::Mutex;
use secrecy::ExposeSecret as _;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::folder::{Folder, Keys};
use super::health::attend;
use super::phase::Tell;
use super::{Access, OwnServer};
use crate::agent::openhands::Patience;
use crate::sandbox::{Command, Finished, Interpreter, Level, Limits, Sandbox, SandboxError};
use crate::task::{ErrorKind, Failure};

/// Settings of the server that do not change: no editor in a browser, nobody told of us, no colours.
pub(super) const SETTINGS: &[(&str, &str)] = &[
    ("OH_ENABLE_VSCODE", "false"),
    ("OH_PRELOAD_TOOLS", "false"),
    ("DO_NOT_TRACK", "1"),
    ("LITELLM_LOCAL_MODEL_COST_MAP", "True"),
    ("LOG_RICH_TRACEBACKS", "false"),
    ("OPENHANDS_SUPPRESS_BANNER", "1"),
];

/// A server of our own, in one life after another.
#[derive(Debug)]
pub(super) struct Own {
    options: OwnServer,
    patience: Patience,
    /// The lock of its folder, while we run it. Held for a look or a change only.
    lock: Mutex<Option<File>>,
}

impl Own {
    pub(super) fn new(options: OwnServer, patience: Patience) -> Self {
        Self { options, patience, lock: Mutex::new(None) }
    }

    pub(super) async fn live(&self, stop: &CancellationToken, tell: &Tell) -> Result<(), Failure> {
        let folder = Folder::make(&self.options.folder)?;
        let Some(lock) = folder.try_lock()? else {
            return self.follow(&folder, stop, tell).await;
        };
        *self.lock.lock() = Some(lock);
        let _unlock = Unlock(self, &folder);
        self.run(&folder, stop, tell).await.map_err(|failure| {
            let message = format!("our own agent server: {}", failure.message);
            Failure { message, ..failure }
        })
    }

    /// In a forked child: the lock is the parent's, and would outlive it here.
    pub(super) fn let_go_after_fork(&self) {
        if let Some(mut lock) = self.lock.try_lock() {
            drop(lock.take());
        }
    }

    /// Goes by the server that another process runs, for as long as it does.
    async fn follow(&self, folder: &Folder, stop: &CancellationToken, tell: &Tell) -> Result<(), Failure> {
        let mut known: Option<String> = None;
        loop {
            let access = folder.access();
            let url = access.as_ref().map(|access| access.url.clone());
            if url != known {
                access.map_or_else(|| tell.starting(), |access| tell.up(access));
                known = url;
            }
            tokio::select! {
                () = tokio::time::sleep(self.patience.reconnect) => {}
                () = stop.cancelled() => return Ok(()),
            }
            if folder.try_lock()?.is_some() {
                tell.starting();
                return Ok(());
            }
        }
    }

    async fn run(&self, folder: &Folder, stop: &CancellationToken, tell: &Tell) -> Result<(), Failure> {
        let keys = folder.keys()?;
        folder.clear()?;
        let sandbox = self.sandbox().await?;
        let port = free_port()?;
        let access = Access::here(port, &keys);
        let halt = stop.child_token();
        let sockets = sockets(&sandbox)?;
        let mut command = self.command(&sandbox, folder, &keys, port).await;
        if let Some(sockets) = &sockets {
            command = command.writable(sockets.path()).env("TMUX_TMPDIR", sockets.path());
        }
        let run = sandbox.run(command, &halt);
        tokio::pin!(run);
        let up = || {
            if let Err(failure) = folder.tell_address(&access) {
                tracing::warn!("other processes do not find our own agent server: {failure}");
            }
            tell.up(access.clone());
        };
        let failure = tokio::select! {
            finished = &mut run => died(finished),
            failure = attend(&access, self.patience.start, self.patience, up) => {
                halt.cancel();
                let said = run.await.map(|finished| finished.last_line()).unwrap_or_default();
                Failure { message: format!("{}: {said}", failure.message), ..failure }
            }
        };
        Err(keys.hide(failure))
    }

    async fn sandbox(&self) -> Result<Sandbox, Failure> {
        let OwnServer { python, probe, only_in_bubblewrap, .. } = &self.options;
        let interpreter = Interpreter::probe_for_agent_server(python, probe).await?;
        let sandbox = Sandbox::detect(interpreter, probe).await?;
        let isolation = sandbox.isolation();
        if *only_in_bubblewrap && isolation.level != Level::Bubblewrap {
            let reason = isolation.reason.clone().unwrap_or_default();
            return Err(Failure::new(
                ErrorKind::Environment,
                format!(
                    "it runs in bubblewrap only, unless it is named: {reason}; install bubblewrap, or set \
                     OPENHANDS_AGENT=server"
                ),
            ));
        }
        Ok(sandbox)
    }

    async fn command(&self, sandbox: &Sandbox, folder: &Folder, keys: &Keys, port: u16) -> Command {
        let arguments = ["-m", "openhands.agent_server", "--host", "127.0.0.1", "--port"];
        let mut command = Command::new(folder.work(), folder.scratch())
            .args(arguments)
            .arg(port.to_string())
            .writable(folder.work())
            .writable(folder.conversations())
            .writable(folder.shells())
            .limits(limits())
            .env("SESSION_API_KEY", keys.session.expose_secret())
            .env("OH_SECRET_KEY", keys.secret.expose_secret())
            .env("OH_CONVERSATIONS_PATH", folder.conversations())
            .env("OH_BASH_EVENTS_DIR", folder.shells())
            // Our lock has it that there is one server. A lease on a conversation outlives a server that was killed: the
            // next one has the same number in its sandbox, and takes the holder for alive.
            .env("OH_LEASE_TTL_SECONDS", "0");
        // The user inside has no shell of its own, and a terminal that runs none ends at once.
        command = command.env("SHELL", "/bin/bash");
        for (name, value) in SETTINGS {
            command = command.env(*name, *value);
        }
        command.network = true;
        self.show_project_python(sandbox, command).await
    }

    /// Lets the agent run tests by the name `python`.
    async fn show_project_python(&self, sandbox: &Sandbox, mut command: Command) -> Command {
        let OwnServer { project_python, project_root, probe, .. } = &self.options;
        // One that cannot run tests fails each task, with words of its own.
        let Ok(interpreter) = Interpreter::probe(project_python, probe).await else { return command };
        for path in interpreter.needed_paths(Some(project_root)) {
            command = command.readable(path);
        }
        let folder = |interpreter: &Interpreter| interpreter.path().parent().map(ToOwned::to_owned);
        let folders = [folder(&interpreter), folder(sandbox.interpreter())].into_iter().flatten();
        let system = ["/usr/local/bin", "/usr/bin", "/bin"].map(Into::into);
        match std::env::join_paths(folders.chain(system)) {
            Ok(path) => command.env("PATH", path),
            Err(_) => command,
        }
    }
}

/// Gives the folder back at the end of a life, however it ends.
struct Unlock<'a>(&'a Own, &'a Folder);

impl Drop for Unlock<'_> {
    fn drop(&mut self) {
        self.1.forget_address();
        drop(self.0.lock.lock().take());
    }
}

/// A server works for as long as we do; what its agents run is limited as a whole.
fn limits() -> Limits {
    Limits {
        cpu_seconds: 7 * 24 * 3600,
        memory_bytes: 16 << 30,
        file_bytes: 2 << 30,
        disk_bytes: 16 << 30,
        wall: Duration::from_hours(24 * 365),
        ..Limits::default()
    }
}

fn died(finished: Result<Finished, SandboxError>) -> Failure {
    match finished {
        Ok(finished) => {
            Failure::new(ErrorKind::Transient, format!("it {}: {}", finished.exit, finished.last_line()))
        }
        Err(error) => error.into(),
    }
}

/// Where the sockets of its shells lie, outside of bubblewrap: a path that is short enough for them.
fn sockets(sandbox: &Sandbox) -> Result<Option<TempDir>, Failure> {
    if sandbox.isolation().level == Level::Bubblewrap {
        return Ok(None);
    }
    let made = tempfile::Builder::new().prefix("otg-").tempdir();
    made.map(Some).map_err(|error| {
        Failure::new(ErrorKind::Environment, format!("no temporary folder can be made: {error}"))
    })
}

/// A port that nobody uses now.
fn free_port() -> Result<u16, Failure> {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|error| {
        Failure::new(ErrorKind::Environment, format!("no port of this machine can be used: {error}"))
    })
}
