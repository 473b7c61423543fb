//! Runs commands of one interpreter at the best level that this machine has.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::detect::{best_level, try_level};
use super::fence::{Fence, file_for_bubblewrap};
use super::process::{Child, Input};
use super::view::View;
use super::watchdog::{Allowance, threads_of_machine};
use super::{
    Command, Exit, Finished, Interpreter, Isolation, Level, Limits, ProbeDir, SandboxError, bubblewrap,
};

/// Threads that the machine may gain while a child runs.
const MORE_THREADS: u64 = 4096;
/// Threads of a child that has a user of its own.
const MAX_THREADS: u64 = 2048;

/// Runs code of a project. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sandbox {
    interpreter: Arc<Interpreter>,
    probe: Arc<ProbeDir>,
    isolation: Arc<Isolation>,
}

impl Sandbox {
    /// The best level at which this interpreter really runs here.
    pub async fn detect(interpreter: Arc<Interpreter>, probe: &ProbeDir) -> Result<Self, SandboxError> {
        let isolation = best_level(&interpreter, probe).await;
        Ok(Self::new(interpreter, probe, isolation))
    }

    /// As [`Self::detect`], but a level that keeps neither files nor the network from a child is an error that names
    /// the remedy.
    pub async fn require(interpreter: Arc<Interpreter>, probe: &ProbeDir) -> Result<Self, SandboxError> {
        let sandbox = Self::detect(interpreter, probe).await?;
        if sandbox.isolation.level.is_sandbox() {
            return Ok(sandbox);
        }
        let reason = sandbox.isolation.reason.clone().unwrap_or_default();
        Err(SandboxError::NoSandbox { reason })
    }

    /// Whether this level works here; the error says why not. Tried anew by a real run.
    pub async fn try_level(
        level: Level,
        interpreter: &Arc<Interpreter>,
        probe: &ProbeDir,
    ) -> Result<(), String> {
        try_level(level, interpreter, probe).await
    }

    /// A sandbox at exactly this level, whether or not it works: for tests and comparisons.
    #[must_use]
    pub fn at_level(interpreter: Arc<Interpreter>, probe: &ProbeDir, level: Level) -> Self {
        let reason = (level != Level::Bubblewrap).then(|| "this level was asked for".to_owned());
        Self::new(interpreter, probe, Isolation { level, reason })
    }

    fn new(interpreter: Arc<Interpreter>, probe: &ProbeDir, isolation: Isolation) -> Self {
        Self { interpreter, probe: Arc::new(probe.clone()), isolation: Arc::new(isolation) }
    }

    /// The level, and why it is not a better one.
    #[must_use]
    pub fn isolation(&self) -> &Isolation {
        &self.isolation
    }

    /// The interpreter that runs everything.
    #[must_use]
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// Where our own Python files are.
    #[must_use]
    pub fn probe(&self) -> &ProbeDir {
        &self.probe
    }

    /// Runs a command to its end. Answers only when every process of it that the level can hold is dead, on
    /// cancellation too.
    pub async fn run(&self, command: Command, cancel: &CancellationToken) -> Result<Finished, SandboxError> {
        for name in ["home", "tmp", "shm"] {
            let folder = command.scratch.join(name);
            std::fs::create_dir_all(&folder).map_err(|source| SandboxError::file(&folder, source))?;
        }
        let finished = self.child(&command)?.run(cancel).await?;
        match self.isolation.level {
            Level::Bubblewrap => translate(finished),
            Level::Landlock | Level::Limits => Ok(finished),
        }
    }

    fn child(&self, command: &Command) -> Result<Child, SandboxError> {
        let view = View::of(&self.interpreter, &self.probe, command);
        // A machine whose calls we have no names for has the namespaces all the same.
        let inherited =
            (self.isolation.level == Level::Bubblewrap).then(file_for_bubblewrap).and_then(Result::ok);
        let (mut process, fence) = match self.isolation.level {
            Level::Bubblewrap => {
                (self.in_bubblewrap(&view, command, inherited.as_ref().map(AsFd::as_fd))?, None)
            }
            Level::Landlock => (self.in_folder(command), Some(Fence::of_landlock(view, command.network))),
            Level::Limits => (self.in_folder(command), Some(Fence::of_limits(&view))),
        };
        let has_own_user = fence.as_ref().is_some_and(Fence::has_own_user);
        process
            .args(self.launch(&command.limits, has_own_user))
            .arg(self.interpreter.path())
            .args(&command.args);
        process.env_clear().envs(self.environment(command));
        let Limits { memory_bytes, disk_bytes, wall, output_bytes, .. } = command.limits;
        let folders = command.all_writable().cloned().collect();
        let allowance = Allowance { memory_bytes, disk_bytes, folders };
        let fence = fence.map(Arc::new);
        Ok(Child {
            command: process,
            inherited,
            fence,
            input: Input::Question,
            allowance,
            wall,
            output_bytes,
        })
    }

    fn in_bubblewrap(
        &self,
        view: &View,
        command: &Command,
        calls: Option<BorrowedFd<'_>>,
    ) -> Result<std::process::Command, SandboxError> {
        let bwrap = bubblewrap::find()
            .ok_or_else(|| SandboxError::Setup("bubblewrap is not installed any more".into()))?;
        let mut process = std::process::Command::new(bwrap);
        process.args(bubblewrap::arguments(view, command, calls)).arg(self.interpreter.path());
        Ok(process)
    }

    fn in_folder(&self, command: &Command) -> std::process::Command {
        let mut process = std::process::Command::new(self.interpreter.path());
        process.current_dir(&command.cwd);
        process
    }

    /// The arguments of the launcher that sets limits.
    fn launch(&self, limits: &Limits, has_own_user: bool) -> Vec<OsString> {
        let tie = match self.isolation.level {
            Level::Bubblewrap => 0,
            Level::Landlock | Level::Limits => std::process::id(),
        };
        let threads = if has_own_user { MAX_THREADS } else { max_threads_of_our_user() };
        let mut arguments: Vec<OsString> = vec!["-I".into(), "-S".into(), self.probe.launch().into()];
        let numbers = [limits.cpu_seconds, limits.memory_bytes, limits.file_bytes, threads];
        arguments.extend(numbers.map(|number| number.to_string().into()));
        arguments.push(tie.to_string().into());
        arguments.push("--".into());
        arguments
    }

    /// Everything that a child knows of its surroundings.
    fn environment(&self, command: &Command) -> BTreeMap<String, OsString> {
        let temporary = match self.isolation.level {
            Level::Bubblewrap => PathBuf::from("/tmp"),
            Level::Landlock | Level::Limits => command.scratch.join("tmp"),
        };
        let mut environment: BTreeMap<String, OsString> = BTreeMap::from([
            ("HOME".into(), command.scratch.join("home").into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("PATH".into(), self.search_path()),
            ("TMPDIR".into(), temporary.into()),
        ]);
        if let Some(libraries) = std::env::var_os("LD_LIBRARY_PATH") {
            environment.insert("LD_LIBRARY_PATH".into(), libraries);
        }
        if let Some(base) = self.interpreter.user_base() {
            environment.insert("PYTHONUSERBASE".into(), base.into());
        }
        environment.extend(command.env.clone());
        environment
    }

    fn search_path(&self) -> OsString {
        let own = self.interpreter.path().parent().unwrap_or(Path::new("/usr/bin"));
        let mut path = own.as_os_str().to_owned();
        path.push(":/usr/local/bin:/usr/bin:/bin");
        path
    }
}

/// How many threads the user may have while a child runs: the kernel counts by user, so what the whole machine has
/// now is below it, and a fork bomb is stopped soon after the watchdog's limit even if that is slow. 0: unknown.
fn max_threads_of_our_user() -> u64 {
    match threads_of_machine() {
        0 => 0,
        now => now as u64 + MORE_THREADS,
    }
}

/// `bwrap` answers 128 + the signal for a command that a signal ended, and speaks up when it failed itself.
fn translate(mut finished: Finished) -> Result<Finished, SandboxError> {
    if finished.exit == Exit::Code(1) && finished.stderr_tail.starts_with(b"bwrap: ") {
        return Err(SandboxError::Setup(finished.last_line()));
    }
    if let Exit::Code(code) = finished.exit
        && code > 128
    {
        finished.exit = Exit::Signal(code - 128);
    }
    Ok(finished)
}
