//! How is the queue? Counts of what is there, and figures of what ended lately.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{ModelFigures, Priority, TaskStatus};

/// The state of a store's queue. Webhooks are in none of its figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct QueueStats {
    /// All of them.
    pub total_tasks: u64,
    /// Not yet eligible.
    pub pending: u64,
    /// Waiting for a worker.
    pub queued: u64,
    /// Under way.
    pub running: u64,
    /// Done.
    pub completed: u64,
    /// Ended without success.
    pub failed: u64,
    /// Ended on request.
    pub cancelled: u64,
    /// What waits for a worker, its time or other tasks: `pending + queued`.
    pub queue_size: u64,
    /// What waits for a worker, by priority.
    pub queued_by_priority: ByPriority,
    /// How long the task that waits longest has been there, in seconds since its submission; `None` when none
    /// is queued.
    pub oldest_queued_seconds: Option<f64>,
    /// How many living processes run tasks.
    pub workers: u64,
    /// Tasks submitted during the last minute that are still known.
    pub created_last_minute: u64,
    /// Of the last 1,000 tasks that ended, as far as they are still known.
    #[serde(flatten)]
    pub recent: Recent,
    /// How models fared since the store was made, by their ids.
    pub models: BTreeMap<String, ModelFigures>,
    /// How many final tasks were deleted after their retention, since the store was made.
    pub cleaned_up: u64,
}

/// A number for each priority.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ByPriority {
    /// Priority 0.
    pub critical: u64,
    /// Priority 1.
    pub high: u64,
    /// Priority 2.
    pub normal: u64,
    /// Priority 3.
    pub low: u64,
}

/// How the tasks went that ended last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Recent {
    /// Mean time from the last claim to completion of those that completed, in seconds.
    pub mean_completion_seconds: Option<f64>,
    /// The share that failed of those that completed or failed, 0 to 1.
    pub failure_rate: Option<f64>,
}

impl QueueStats {
    /// How many of the tasks that ended last [`Recent`] looks at.
    pub const RECENT: usize = 1000;

    /// Counts `number` tasks of one status.
    pub fn count(&mut self, status: TaskStatus, number: u64) {
        let field = match status {
            TaskStatus::Pending => &mut self.pending,
            TaskStatus::Queued => &mut self.queued,
            TaskStatus::Running => &mut self.running,
            TaskStatus::Completed => &mut self.completed,
            TaskStatus::Failed => &mut self.failed,
            TaskStatus::Cancelled => &mut self.cancelled,
        };
        *field += number;
        self.total_tasks += number;
        self.queue_size = self.pending + self.queued;
    }
}

impl ByPriority {
    /// Counts `number` queued tasks of one priority.
    pub fn count(&mut self, priority: Priority, number: u64) {
        let field = match priority {
            Priority::Critical => &mut self.critical,
            Priority::High => &mut self.high,
            Priority::Normal => &mut self.normal,
            Priority::Low => &mut self.low,
        };
        *field += number;
    }
}

impl Recent {
    /// The figures of these endings: status, claim and end.
    pub fn of(endings: impl Iterator<Item = (TaskStatus, Option<DateTime<Utc>>, DateTime<Utc>)>) -> Self {
        let (mut completed, mut failed, mut seconds) = (0_u32, 0_u32, 0.0);
        for (status, started, ended) in endings {
            match status {
                TaskStatus::Completed => {
                    completed += 1;
                    seconds += (ended - started.unwrap_or(ended)).as_seconds_f64().max(0.0);
                }
                TaskStatus::Failed => failed += 1,
                _ => {}
            }
        }
        let ended = f64::from(completed + failed);
        Self {
            mean_completion_seconds: (completed > 0).then(|| seconds / f64::from(completed)),
            failure_rate: (ended > 0.0).then(|| f64::from(failed) / ended),
        }
    }
}
