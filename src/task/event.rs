//! What happened to a task? One numbered event for each move and each step of progress, as those who watch it
//! read them, from any number on.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Failure, Progress, Task, TaskStatus};

/// One event of one task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskEvent {
    /// From 1, the submission; without gaps.
    pub number: u32,
    /// When it was.
    pub at: DateTime<Utc>,
    /// Where the task stood right after it.
    pub status: TaskStatus,
    /// Attempts so far.
    pub attempt: u32,
    /// What it was.
    pub happening: Happening,
}

/// What an event tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// The task moved to this status; why, where the last attempt or the task failed.
    Moved(Option<Box<Failure>>),
    /// The running attempt said how far it is.
    Progress(Box<Progress>),
    /// The running attempt left a line.
    Log(LogLevel, Box<str>),
    /// Someone asked for the end of a running task.
    CancelRequested,
}

impl Happening {
    /// The name in JSON, SQL and Python.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Moved(_) => "status",
            Self::Progress(_) => "progress",
            Self::Log(..) => "log",
            Self::CancelRequested => "cancel_requested",
        }
    }
}

impl TaskEvent {
    /// The submission, which no store keeps apart: it is told by the record.
    #[must_use]
    pub fn submission_of(task: &Task) -> Self {
        let waits = !task.new.depends_on().is_empty()
            || task.new.run_at().is_some_and(|run_at| run_at > task.created_at);
        Self {
            number: 1,
            at: task.created_at,
            status: if waits { TaskStatus::Pending } else { TaskStatus::Queued },
            attempt: 0,
            happening: Happening::Moved(None),
        }
    }

    /// What has just happened to a task that stood at `before`.
    #[must_use]
    pub fn of_move(before: TaskStatus, asked_before: bool, task: &Task) -> Self {
        let status = task.status();
        let happening = match &task.progress {
            _ if status != before || status != TaskStatus::Running => {
                Happening::Moved(task.failure.clone().filter(|_| status != TaskStatus::Running))
            }
            Some(progress) if asked_before == task.cancel_requested => Happening::Progress(progress.clone()),
            _ => Happening::CancelRequested,
        };
        Self::last_of(task, happening)
    }

    /// A task's newest event.
    #[must_use]
    pub fn last_of(task: &Task, happening: Happening) -> Self {
        Self {
            number: task.events,
            at: task.changed_at,
            status: task.status(),
            attempt: task.attempt,
            happening,
        }
    }
}

/// How much a line of a handler matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For whoever looks for a fault.
    Debug,
    /// For whoever watches.
    Info,
    /// Something is not as it should be.
    Warning,
    /// Something failed.
    Error,
}

impl LogLevel {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warning, Self::Error];

    /// The name in JSON, SQL and Python.
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

impl fmt::Display for LogLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for LogLevel {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == name)
            .ok_or_else(|| format!("level {name:?} is unknown: use debug, info, warning or error"))
    }
}
