//! What is to be run, within which limits, and how did it end?

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Workspace;

/// What one child and all it starts may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// CPU time of each process.
    pub cpu_seconds: u64,
    /// Address space of each process, and memory that all of them really take.
    pub memory_bytes: u64,
    /// The largest file that can be written.
    pub file_bytes: u64,
    /// What all files that it may write take together, as far as the disk shows it.
    pub disk_bytes: u64,
    /// How long the run may take by the clock.
    pub wall: Duration,
    /// How much of the end of each output is kept.
    pub output_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu_seconds: 300,
            memory_bytes: 4 << 30,
            file_bytes: 200_000_000,
            disk_bytes: 2 << 30,
            wall: Duration::from_mins(5),
            output_bytes: 64 << 10,
        }
    }
}

/// One run of the project's interpreter.
#[derive(Debug, Clone)]
pub struct Command {
    /// What follows the interpreter.
    pub args: Vec<OsString>,
    /// Added to the few variables that every child gets; nothing else of our own environment is seen.
    pub env: BTreeMap<String, OsString>,
    /// Where it starts; readable at least.
    pub cwd: PathBuf,
    /// A writable folder: home and the folder for temporary files are made in it.
    pub scratch: PathBuf,
    /// Further folders that it may write.
    pub writable: Vec<PathBuf>,
    /// Further folders and files that it may read.
    pub readable: Vec<PathBuf>,
    /// The project that `cwd` is a copy of: it stays out of sight.
    pub stands_for: Option<PathBuf>,
    /// Whether it may use the network.
    pub network: bool,
    /// What it may use.
    pub limits: Limits,
}

impl Command {
    /// Runs `args` in a folder that can be read, but not written.
    pub fn new(cwd: impl Into<PathBuf>, scratch: impl Into<PathBuf>) -> Self {
        let cwd = cwd.into();
        Self {
            args: Vec::new(),
            env: BTreeMap::new(),
            readable: vec![cwd.clone()],
            cwd,
            scratch: scratch.into(),
            writable: Vec::new(),
            stands_for: None,
            network: false,
            limits: Limits::default(),
        }
    }

    /// Runs in a copy of a project, which can be written, instead of the project.
    #[must_use]
    pub fn in_workspace(workspace: &Workspace) -> Self {
        let mut command = Self::new(workspace.root(), workspace.scratch());
        command.writable.push(workspace.root().to_owned());
        command.stands_for = Some(workspace.project_root().to_owned());
        command
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.args.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Makes a folder or file readable.
    #[must_use]
    pub fn readable(mut self, path: impl AsRef<Path>) -> Self {
        self.readable.push(path.as_ref().to_owned());
        self
    }

    /// Makes a folder writable.
    #[must_use]
    pub fn writable(mut self, path: impl AsRef<Path>) -> Self {
        self.writable.push(path.as_ref().to_owned());
        self
    }

    /// Every folder that it may write.
    pub(super) fn all_writable(&self) -> impl Iterator<Item = &PathBuf> {
        self.writable.iter().chain([&self.scratch])
    }

    /// Sets the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By a signal, such as 24 for too much CPU time.
    Signal(i32),
    /// We ended it: it took too long.
    TimedOut,
    /// We ended it: it was asked for.
    Cancelled,
    /// We ended it: it had more than [`super::MAX_PROCESSES`] processes.
    TooManyProcesses,
    /// We ended it: all its processes together took more memory than [`Limits::memory_bytes`].
    TooMuchMemory,
    /// We ended it: its files together took more room than [`Limits::disk_bytes`].
    TooMuchDisk,
}

impl Exit {
    /// Whether it ended by itself with code 0.
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(formatter, "ended with exit code {code}"),
            Self::Signal(24) => formatter.write_str("used up its CPU time"),
            Self::Signal(signal) => write!(formatter, "was ended by signal {signal}"),
            Self::TimedOut => formatter.write_str("took too long"),
            Self::Cancelled => formatter.write_str("was cancelled"),
            Self::TooManyProcesses => {
                write!(formatter, "started more than {} processes", super::MAX_PROCESSES)
            }
            Self::TooMuchMemory => formatter.write_str("took too much memory"),
            Self::TooMuchDisk => formatter.write_str("wrote too much to the disk"),
        }
    }
}

/// A run that is over: every process of it that the level can hold is dead.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How it ended.
    pub exit: Exit,
    /// The end of its standard output.
    pub stdout_tail: Vec<u8>,
    /// The end of its standard error.
    pub stderr_tail: Vec<u8>,
    /// How long it took.
    pub duration: Duration,
}

impl Finished {
    /// The end of the standard output as text.
    #[must_use]
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout_tail).into_owned()
    }

    /// The end of the standard error as text.
    #[must_use]
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr_tail).into_owned()
    }

    /// The last line that was written, to standard error if there is one.
    #[must_use]
    pub fn last_line(&self) -> String {
        let last =
            |text: String| text.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
        last(self.stderr()).or_else(|| last(self.stdout())).unwrap_or_else(|| self.exit.to_string())
    }
}
