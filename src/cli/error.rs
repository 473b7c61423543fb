//! What can stop the command itself? Each error is one line, with a hint where there is a next step, and an exit
//! code. A task that failed is not one of these.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::exit::Exit;
use crate::config::ConfigError;
use crate::engine::{EngineError, InvalidRequest};
use crate::server::ServeError;
use crate::store::StoreError;
use crate::task::Lane;

/// Why the command could not do what it was asked.
#[derive(Debug, Error)]
pub(super) enum CommandError {
    /// The arguments make no sense together.
    #[error("{message}")]
    Usage { message: String, hint: String },
    /// The settings do not hold.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The setting `store` is not an address.
    #[error("{0}")]
    StoreAddress(String),
    /// The engine said no.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// With `memory:` there is nothing that another process could take.
    #[error("the store `memory:` ends with this process: no other process can go on with its tasks")]
    NothingToHandOver,
    /// Nobody would run the task.
    #[error("no worker runs {lane}, and these settings start none")]
    NoWorkers { lane: String },
    /// Nobody who would run the task has what it requires.
    #[error("no worker with the labels {labels} runs {lane}")]
    NoLabelledWorkers { lane: String, labels: String },
    /// Only a program of the user's can run it.
    #[error("tasks of kind {kind} run only in programs that register a handler for it, and none lives")]
    NeedsHandler { kind: String },
    /// The user's module has no handlers.
    #[error("--handlers {reason}")]
    Handlers { reason: String },
    /// The service cannot be started.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// A worker was started and ended at once.
    #[error("the worker process could not go on with the task: {reason}")]
    WorkerEnded { reason: String, log: PathBuf },
    /// A task that no process will take up by itself.
    #[error("task {id} was left behind by a process that ended long ago: it does not go on by itself")]
    LeftBehind { id: String },
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// The machine refused something that the command cannot do without.
    #[error("{what}: {reason}")]
    Machine { what: &'static str, reason: String },
}

impl CommandError {
    /// An error of the machine.
    pub(super) fn machine(what: &'static str, reason: impl Into<String>) -> Self {
        Self::Machine { what, reason: reason.into() }
    }

    /// The error of a lane that nobody works.
    pub(super) fn no_workers(lane: &Lane) -> Self {
        let labels: Vec<&str> = lane.labels().collect();
        let work = lane.without_labels().as_str().to_owned();
        if labels.is_empty() {
            return Self::NoWorkers { lane: work };
        }
        Self::NoLabelledWorkers { lane: work, labels: labels.join(",") }
    }

    /// The exit code that it ends the command with.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Usage { .. } | Self::Handlers { .. } => Exit::Usage,
            Self::Engine(error) => Exit::of_engine(error),
            Self::LeftBehind { .. } => Exit::TaskFailed,
            Self::Config(_)
            | Self::StoreAddress(_)
            | Self::NothingToHandOver
            | Self::NoWorkers { .. }
            | Self::NoLabelledWorkers { .. }
            | Self::NeedsHandler { .. }
            | Self::Serve(_)
            | Self::WorkerEnded { .. }
            | Self::Output(_)
            | Self::Machine { .. } => Exit::Configuration,
        }
    }

    /// The next step, where there is one that the message does not name.
    pub(super) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::Handlers { .. } => {
                "a module of handlers has functions marked with `@openhands_testgen.handler(KIND)`".to_owned()
            }
            Self::Config(_) => "`openhands-testgen config show` lists every setting".to_owned(),
            Self::Engine(EngineError::TaskNotFound { .. }) => {
                "`openhands-testgen list` shows the tasks of this store; another one is named by `--store` or \
                 `--project-root`"
                    .to_owned()
            }
            Self::Engine(EngineError::Store(StoreError::ReadOnly { .. })) => {
                "`status`, `list`, `results`, `logs`, `stats` and `workers` only read".to_owned()
            }
            Self::Engine(EngineError::Store(_)) => {
                "`openhands-testgen doctor` tries the store; `--store sqlite:PATH` names another".to_owned()
            }
            Self::NothingToHandOver => {
                "use `generate` without `--detach`, or a store on disk: `--store sqlite:PATH`".to_owned()
            }
            Self::NoWorkers { .. } => {
                "start one with `openhands-testgen worker --concurrency 3`, or set OPENHANDS_WORKERS".to_owned()
            }
            Self::NoLabelledWorkers { labels, .. } => {
                format!("start `openhands-testgen worker --labels {labels}` on a machine that has them")
            }
            Self::NeedsHandler { kind } => {
                format!("start the program that calls `register_handler({kind:?}, …)`; the task waits for it")
            }
            Self::WorkerEnded { log, .. } => {
                format!("its log is {}; `openhands-testgen worker` runs one here", log.display())
            }
            Self::LeftBehind { id } => format!("`openhands-testgen retry {id}` submits it again"),
            Self::Serve(ServeError::Listen { .. }) => "`--port 0` takes a port that is free".to_owned(),
            Self::Serve(_) |  Self::StoreAddress(_) | Self::Engine(_) | Self::Output(_) | Self::Machine { .. } => return None,
        })
    }
}

impl From<InvalidRequest> for CommandError {
    fn from(error: InvalidRequest) -> Self {
        Self::Engine(error.into())
    }
}
