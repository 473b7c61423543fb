//! What does the store keep of a task? One record; results lie apart.

use chrono::{DateTime, Utc};

use super::{Failure, Lane, Priority, ProcessId, Progress, State, TaskId, TaskStatus, Work};

/// What a submission brings; the store adds its place in the queue.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// The id that the caller gets.
    pub id: TaskId,
    /// Who may claim it.
    pub lane: Lane,
    /// The user it belongs to; empty in single-user mode.
    pub owner: Box<str>,
    /// Who goes first.
    pub priority: Priority,
    /// What is to be done.
    pub work: Work,
    /// The caller's own notes, a JSON object; empty text for none.
    pub metadata: Box<str>,
    /// The process that submits.
    pub submitter: ProcessId,
    /// How long one attempt may take, from its claim, in seconds.
    pub attempt_seconds: f64,
    /// How often the task may be tried again.
    pub max_retries: u32,
}

/// A task as it stands in the store.
#[derive(Debug, Clone)]
pub struct Task {
    /// What the submission brought.
    pub new: NewTask,
    /// Place among tasks of one priority, fair between owners.
    pub rank: i64,
    /// Order of submission within the store.
    pub seq: i64,
    /// Where it stands.
    pub state: State,
    /// Raised by every claim, never reset: the fencing token.
    pub token: u64,
    /// Attempts so far that were not given back.
    pub attempt: u32,
    /// Tries after the first.
    pub retries: u32,
    /// How often the process that ran it died.
    pub crashes: u32,
    /// A user asked for the end of a running task.
    pub cancel_requested: bool,
    /// The last failure: of the last attempt while it is retried, of the task when it has ended. Boxed, as most
    /// tasks of a long queue have none.
    pub failure: Option<Box<Failure>>,
    /// The running attempt's last report.
    pub progress: Option<Box<Progress>>,
    /// When it was submitted.
    pub created_at: DateTime<Utc>,
    /// When the last attempt was claimed.
    pub started_at: Option<DateTime<Utc>>,
    /// When it reached its final state.
    pub completed_at: Option<DateTime<Utc>>,
}

impl Task {
    /// A submitted task, queued at a place that the store gives.
    #[must_use]
    pub fn queued(new: NewTask, rank: i64, seq: i64, now: DateTime<Utc>) -> Self {
        Self {
            new,
            rank,
            seq,
            state: State::Queued,
            token: 0,
            attempt: 0,
            retries: 0,
            crashes: 0,
            cancel_requested: false,
            failure: None,
            progress: None,
            created_at: now,
            started_at: None,
            completed_at: None,
        }
    }

    /// The task's id.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.new.id
    }

    /// The word users see.
    #[must_use]
    pub fn status(&self) -> TaskStatus {
        self.state.status()
    }

    /// Whether the failure of this attempt may be followed by another try.
    #[must_use]
    pub fn has_retries_left(&self) -> bool {
        self.retries < self.new.max_retries
    }
}
