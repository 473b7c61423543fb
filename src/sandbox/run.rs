//! Runs commands of one interpreter at the best level that this machine has.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::process::{Child, Input};
use super::watchdog::threads_of_machine;
use super::{
    Command, Exit, Finished, Interpreter, Isolation, Level, Limits, ProbeDir, SandboxError, bubblewrap,
};

/// Threads that the machine may gain while a child runs.
const MORE_THREADS: u64 = 4096;

/// What a real run said of bubblewrap, by interpreter: the answer does not change while a process lives.
static TRIED: LazyLock<Mutex<HashMap<PathBuf, Isolation>>> = LazyLock::new(Mutex::default);

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
        let known = TRIED.lock().get(interpreter.path()).cloned();
        if let Some(isolation) = known {
            return Ok(Self::new(interpreter, probe, isolation));
        }
        let isolation = match try_bubblewrap(Arc::clone(&interpreter), probe).await {
            Ok(()) => Isolation { level: Level::Bubblewrap, reason: None },
            Err(reason) => Isolation { level: Level::Limits, reason: Some(reason) },
        };
        TRIED.lock().insert(interpreter.path().to_owned(), isolation.clone());
        Ok(Self::new(interpreter, probe, isolation))
    }

    /// As [`Self::detect`], but anything less than a real sandbox is an error that names the remedy.
    pub async fn require(interpreter: Arc<Interpreter>, probe: &ProbeDir) -> Result<Self, SandboxError> {
        let sandbox = Self::detect(interpreter, probe).await?;
        match (&sandbox.isolation.level, &sandbox.isolation.reason) {
            (Level::Bubblewrap, _) => Ok(sandbox),
            (Level::Limits, reason) => {
                Err(SandboxError::NoSandbox { reason: reason.clone().unwrap_or_default() })
            }
        }
    }

    /// A sandbox at exactly this level, whether or not it works: for tests and comparisons.
    #[must_use]
    pub fn at_level(interpreter: Arc<Interpreter>, probe: &ProbeDir, level: Level) -> Self {
        let reason = (level == Level::Limits).then(|| "this level was asked for".to_owned());
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
        for name in ["home", "tmp"] {
            let folder = command.scratch.join(name);
            std::fs::create_dir_all(&folder).map_err(|source| SandboxError::file(&folder, source))?;
        }
        let child = self.child(&command)?;
        let finished = child.run(cancel).await?;
        match self.isolation.level {
            Level::Bubblewrap => translate(finished),
            Level::Limits => Ok(finished),
        }
    }

    fn child(&self, command: &Command) -> Result<Child, SandboxError> {
        let mut process = match self.isolation.level {
            Level::Bubblewrap => {
                let bwrap = bubblewrap::find()
                    .ok_or_else(|| SandboxError::Setup("bubblewrap is not installed any more".into()))?;
                let mut process = std::process::Command::new(bwrap);
                process.args(bubblewrap::arguments(&self.interpreter, &self.probe, command));
                process.arg(self.interpreter.path());
                process
            }
            Level::Limits => {
                let mut process = std::process::Command::new(self.interpreter.path());
                process.current_dir(&command.cwd);
                process
            }
        };
        process.args(self.launch(&command.limits)).arg(self.interpreter.path()).args(&command.args);
        process.env_clear().envs(self.environment(command));
        let Limits { wall, output_bytes, .. } = command.limits;
        Ok(Child { command: process, input: Input::Question, wall, output_bytes })
    }

    /// The arguments of the launcher that sets limits.
    fn launch(&self, limits: &Limits) -> Vec<OsString> {
        let tie = match self.isolation.level {
            Level::Bubblewrap => 0,
            Level::Limits => std::process::id(),
        };
        let mut arguments: Vec<OsString> = vec!["-I".into(), "-S".into(), self.probe.launch().into()];
        let numbers = [limits.cpu_seconds, limits.memory_bytes, limits.file_bytes, max_threads_of_user()];
        arguments.extend(numbers.map(|number| number.to_string().into()));
        arguments.push(tie.to_string().into());
        arguments.push("--".into());
        arguments
    }

    /// Everything that a child knows of its surroundings.
    fn environment(&self, command: &Command) -> BTreeMap<String, OsString> {
        let temporary = match self.isolation.level {
            Level::Bubblewrap => PathBuf::from("/tmp"),
            Level::Limits => command.scratch.join("tmp"),
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
fn max_threads_of_user() -> u64 {
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

/// Runs nothing at all in bubblewrap; the error says why that did not work.
async fn try_bubblewrap(interpreter: Arc<Interpreter>, probe: &ProbeDir) -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Err("bubblewrap works on Linux only".into());
    }
    if bubblewrap::find().is_none() {
        return Err("bubblewrap is not installed".into());
    }
    let scratch = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let sandbox = Sandbox::at_level(interpreter, probe, Level::Bubblewrap);
    let limits = Limits { wall: Duration::from_secs(10), ..Limits::default() };
    let command =
        Command::new(scratch.path(), scratch.path()).args(["-I", "-S", "-c", "pass"]).limits(limits);
    match sandbox.run(command, &CancellationToken::new()).await {
        Ok(finished) if finished.exit.is_success() => Ok(()),
        Ok(finished) => Err(format!("bubblewrap does not work here: {}", finished.last_line())),
        Err(error) => Err(format!("bubblewrap does not work here: {error}")),
    }
}
