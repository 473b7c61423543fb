//! A process that works on some host: an engine whose handler runs a child, and changes something under guard.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use _core::kinds::{Attempt, Handler, HandlerFuture, StopReason};
use _core::sandbox::{self, Exit, Level, Limits, Sandbox};
use _core::store::StoreLocation;
use _core::task::{ErrorKind, Failure, LogLevel};
use serde_json::json;

use super::event::{Event, Journal};
use super::note::Note;
use crate::sandbox::ground;
use crate::soak::figures::figures;
use crate::soak::moment::now;
use crate::soak::process::{Process, end_with_parent, say};
use crate::soak::survivors::MARK;
use crate::support::noop_lane;

pub(super) const STORE: &str = "OTG_SOAK_STORE";
pub(super) const FOLDER: &str = "OTG_SOAK_FOLDER";
/// The folder of what children write down, each in a folder of its own, in a file of this name.
pub(super) const CHILDREN: &str = "children";
pub(super) const JOURNAL: &str = "journal";
const NUMBER: &str = "OTG_SOAK_NUMBER";
/// How many children a process has at once.
const SLOTS: usize = 6;

/// Says when it begins and when it is about to end, and lives for a while in between.
const CHILD: &str = r#"
import posix, sys, time
path, task, token, process, life, parent = sys.argv[1:]
if posix.getppid() != int(parent):
    posix._exit(9)  # it died before we asked to die with it
journal = posix.open(path, posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT, 0o644)
def say(what, more=''):
    line = '{"%s":{"task":"%s","token":%s,%s"at":%d}}\n'
    posix.write(journal, (line % (what, task, token, more, time.monotonic_ns())).encode())
say('began', '"process":%s,' % process)
time.sleep(float(life))
say('ended')
"#;

/// Starts one by this command; it is known by its number.
pub(super) fn start(binary: Command, url: &str, folder: &Path, number: u32) -> Process {
    let variables = [(STORE, url), (FOLDER, folder.to_str().unwrap()), (NUMBER, &number.to_string())];
    Process::start_by(binary, "soak::hosts::worker::works", &variables)
}

/// The text that marks its children.
pub(super) fn mark(folder: &Path, number: u32) -> String {
    format!("{} {number}", folder.display())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is started and killed by the test"]
async fn works() {
    let Some(store) = std::env::var(STORE).ok() else { return };
    end_with_parent();
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let number = std::env::var(NUMBER).unwrap().parse().unwrap();
    let sandbox = Sandbox::at_level(ground::interpreter().await, &ground::probe(), Level::Limits);
    let journal = Journal::open(&folder, &format!("worker-{number}"));
    let handler = Arc::new(Works { folder, number, sandbox, journal });
    let options = EngineOptions {
        retry_base_delay: Duration::from_millis(10),
        lease: figures().hosts.lease,
        ..EngineOptions::without_workers()
    };
    let _engine = open(&store, options.with_pool(noop_lane(), SLOTS, handler)).await;
    say("works");
    std::future::pending::<()>().await;
}

/// Opens an engine, however long the database is away.
pub(super) async fn open(url: &str, options: EngineOptions) -> Engine {
    let location = StoreLocation::Postgres(Box::new(url.parse().unwrap()));
    loop {
        match Engine::open(&location, options.clone()).await {
            Ok(engine) => return engine,
            Err(error) => say(&format!("cannot open the store: {error}")),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

struct Works {
    folder: PathBuf,
    number: u32,
    sandbox: Sandbox,
    journal: Journal,
}

impl Handler for Works {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            let (task, token, note) = (attempt.task.id(), attempt.task.token, Note::of(&attempt.task));
            attempt.log(LogLevel::Info, &token.to_string());
            let outcome = self.child(attempt, note).await;
            let lost = attempt.stop_reason() == Some(StopReason::LeaseLost);
            self.journal.write(&Event::Dead { task, token, lost, at: now() });
            outcome?;
            if let Some(failure) = note.failure(attempt.task.retries) {
                return Err(failure);
            }
            attempt.renew().await?;
            self.journal.write(&Event::Effect { task, token, at: now() });
            // No two runs end alike.
            Ok(Arc::new(json!({ "token": token, "nonce": fastrand::u64(..) })))
        })
    }
}

impl Works {
    /// Runs the child of an attempt: one in five in the sandbox, which costs more than all the rest.
    async fn child(&self, attempt: &Attempt, note: Note) -> Result<(), Failure> {
        // Where it may write; it is left to be read.
        let scratch =
            self.folder.join(CHILDREN).join(format!("{}-{}", attempt.task.id(), attempt.task.token));
        std::fs::create_dir_all(&scratch).unwrap();
        let mut arguments: Vec<OsString> = ["-I", "-S", "-c", CHILD].map(OsString::from).into();
        arguments.push(scratch.join(JOURNAL).into());
        arguments.push(attempt.task.id().to_string().into());
        arguments.push(attempt.task.token.to_string().into());
        arguments.push(self.number.to_string().into());
        arguments.push(note.life().as_secs_f64().to_string().into());
        arguments.push(std::process::id().to_string().into());
        if note.is_sandboxed() {
            self.sandboxed(attempt, &scratch, arguments).await
        } else {
            self.plain(attempt, arguments).await
        }
    }

    async fn sandboxed(
        &self,
        attempt: &Attempt,
        scratch: &Path,
        arguments: Vec<OsString>,
    ) -> Result<(), Failure> {
        let command = sandbox::Command::new(scratch, scratch)
            .args(arguments)
            .env(MARK, mark(&self.folder, self.number))
            .limits(Limits { wall: Duration::from_mins(2), ..Limits::default() });
        let finished = self.sandbox.run(command, &attempt.cancel).await.unwrap();
        match finished.exit {
            Exit::Code(0) => Ok(()),
            Exit::Cancelled => Err(stopped()),
            other => Err(Failure::new(ErrorKind::Internal, format!("{other}: {}", finished.stderr()))),
        }
    }

    /// As a handler of a user does it: the child dies with its process, and when it is asked to stop.
    async fn plain(&self, attempt: &Attempt, arguments: Vec<OsString>) -> Result<(), Failure> {
        let mut command = if cfg!(target_os = "linux") {
            let mut command = tokio::process::Command::new("setpriv");
            command.args(["--pdeathsig", "KILL", "--"]).arg(ground::python());
            command
        } else {
            tokio::process::Command::new(ground::python())
        };
        command.args(arguments).env(MARK, mark(&self.folder, self.number)).stdin(Stdio::null());
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        tokio::select! {
            status = child.wait() => match status.unwrap() {
                status if status.success() => Ok(()),
                status => Err(Failure::new(ErrorKind::Internal, status.to_string())),
            },
            () = attempt.cancel.cancelled() => {
                child.kill().await.unwrap();
                Err(stopped())
            }
        }
    }
}

fn stopped() -> Failure {
    Failure::new(ErrorKind::Cancelled, "asked to stop")
}
