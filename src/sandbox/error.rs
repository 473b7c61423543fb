//! What can go wrong with a sandbox? All of it is the environment's fault, and each says what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::task::{ErrorKind, Failure};

/// An error of the layer that copies projects and runs children.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// There is no such interpreter, or it cannot be started.
    #[error(
        "interpreter {python} cannot be started: {reason}; set `python` to the interpreter of the project"
    )]
    InterpreterMissing {
        /// As it was configured.
        python: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// It starts, but does not answer like a Python.
    #[error("interpreter {python} does not answer like Python 3.10 or newer: {reason}")]
    InterpreterUnusable {
        /// As it was configured.
        python: PathBuf,
        /// The last it said.
        reason: String,
    },
    /// pytest or coverage is not installed there.
    #[error("interpreter {python} has no {missing}: run `{python} -m pip install pytest coverage`")]
    PackageMissing {
        /// As it was configured.
        python: PathBuf,
        /// `pytest`, `coverage` or both.
        missing: String,
    },
    /// The agent server is not installed there.
    #[error(
        "interpreter {python} has no agent server: run `{python} -m pip install openhands-agent-server openhands-tools`"
    )]
    AgentServerMissing {
        /// As it was configured.
        python: PathBuf,
    },
    /// A sandbox is required, and only limits are to be had.
    #[error(
        "a sandbox is required (`require_sandbox`), but {reason}; install bubblewrap (`apt install bubblewrap`) \
         and allow unprivileged user namespaces, or set `require_sandbox` to false"
    )]
    NoSandbox {
        /// Why bubblewrap does not work here.
        reason: String,
    },
    /// The isolation could not be set up for this child.
    #[error("sandbox could not be set up: {0}")]
    Setup(String),
    /// A child could not be started or waited for.
    #[error("child process {program}: {source}")]
    Process {
        /// What was to run.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Killed processes that do not go away.
    #[error("{0} processes of a finished run do not end though they were killed")]
    Survivors(usize),
    /// The project is not there.
    #[error(
        "project root {root}: {source}; for workers on machines without it, set `project_transfer` to snapshot"
    )]
    Root {
        /// As it was configured.
        root: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The project is more than we copy.
    #[error(
        "project {root} is too large to be copied ({size}; at most 200 MB and 20,000 files): the largest part \
         is {largest}; move it out of the project, or set `project_root` to a smaller folder"
    )]
    TooLarge {
        /// The project.
        root: PathBuf,
        /// How large it is.
        size: String,
        /// The largest entry and its size.
        largest: String,
    },
    /// The project is more than may travel.
    #[error(
        "project {root} takes {bytes} bytes packed, more than the {limit} that may travel: move what its tests do not need \
         out of it, raise `snapshot_limit_mb`, or put it on a path that all machines share"
    )]
    ParcelTooLarge {
        /// The project.
        root: PathBuf,
        /// What it takes.
        bytes: u64,
        /// What it may.
        limit: u64,
    },
    /// No room for a copy.
    #[error("no space left for {path}: free some, or set `workspace_root` to another disk")]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },
    /// A file or folder that this user may not read or write.
    #[error(
        "no permission for {path}: all of the project is copied for a run; give this user the right to it, or move it \
         out of the project"
    )]
    Forbidden {
        /// The file or folder.
        path: PathBuf,
    },
    /// Any other failure with a file.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A bug of ours.
    #[error("sandbox: {0}")]
    Internal(String),
}

impl SandboxError {
    /// The error of one file, with a full disk and a missing right set apart.
    pub(crate) fn file(path: impl AsRef<Path>, source: io::Error) -> Self {
        let path = path.as_ref().to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::PermissionDenied => Self::Forbidden { path },
            _ => Self::File { path, source },
        }
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        let kind = match error {
            SandboxError::Internal(_) => ErrorKind::Internal,
            _ => ErrorKind::Environment,
        };
        Self::new(kind, error.to_string())
    }
}
