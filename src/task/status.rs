//! Which word do users see? The six states by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A task's state without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskStatus {
    /// Not yet eligible: waits for its next try.
    Pending,
    /// Waits for a worker.
    Queued,
    /// An attempt is under way.
    Running,
    /// Done, and verified.
    Completed,
    /// Ended without success; the error says why.
    Failed,
    /// Ended on request.
    Cancelled,
}

impl TaskStatus {
    /// All of them, in the order of a task's life.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Queued, Self::Running, Self::Completed, Self::Failed, Self::Cancelled];

    /// The name in JSON, SQL and Python.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing can change any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for TaskStatus {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("status {name:?} is unknown: use one of {known}")
        })
    }
}
