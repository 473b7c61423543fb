//! How does an attempt say how it goes? Progress for whoever looks, and lines for the log.

use std::str::FromStr;

use tokio::sync::watch;

use crate::task::{Progress, TaskId};

/// What an attempt reports through. Cheap to clone, and may outlive the attempt: then nobody listens.
#[derive(Debug, Clone)]
pub struct Reporter {
    task: TaskId,
    progress: watch::Sender<Option<Progress>>,
}

impl Reporter {
    pub(super) fn new(task: TaskId, progress: watch::Sender<Option<Progress>>) -> Self {
        Self { task, progress }
    }

    /// Says how far the attempt is. Cheap: only the newest report is kept, a few times a second.
    pub fn report(&self, progress: Progress) {
        self.progress.send_replace(Some(progress));
    }

    /// Writes a line to the log of the engine, with the task's id.
    pub fn log(&self, level: LogLevel, message: &str) {
        let task = self.task;
        match level {
            LogLevel::Debug => tracing::debug!(%task, "{message}"),
            LogLevel::Info => tracing::info!(%task, "{message}"),
            LogLevel::Warning => tracing::warn!(%task, "{message}"),
            LogLevel::Error => tracing::error!(%task, "{message}"),
        }
    }
}

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// For whoever looks for an error.
    Debug,
    /// What happens.
    Info,
    /// What is not as it should be.
    Warning,
    /// What failed.
    Error,
}

impl LogLevel {
    /// All of them, by rising weight.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warning, Self::Error];

    /// The name in Python and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl FromStr for LogLevel {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|level| level.as_str() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("level {name:?} is unknown: use one of {known}")
        })
    }
}
