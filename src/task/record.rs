//! What does the store keep of a task? One record; results lie apart.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Failure, Lane, Priority, ProcessId, Progress, Session, State, TaskId, TaskStatus, Wait, Work};

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
    /// How long the record is kept once the task has ended, in seconds.
    pub retention_seconds: f64,
    /// What few submissions ask for besides. Boxed, as most tasks of a long queue have none.
    pub terms: Option<Box<Terms>>,
}

/// When a task may run, and what makes it the same as another submission.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// The same key of the same owner names the same task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Box<str>>,
    /// The tasks that must have completed first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<TaskId>,
    /// Not before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_at: Option<DateTime<Utc>>,
    /// The digest of all that a client asked for, where any other request under the same key is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Box<str>>,
}

impl NewTask {
    /// The key by which a repeated submission is known.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.terms.as_ref()?.idempotency_key.as_deref()
    }

    /// The tasks that must have completed first.
    #[must_use]
    pub fn depends_on(&self) -> &[TaskId] {
        self.terms.as_ref().map_or(&[], |terms| &terms.depends_on)
    }

    /// The time before which it must not run.
    #[must_use]
    pub fn run_at(&self) -> Option<DateTime<Utc>> {
        self.terms.as_ref()?.run_at
    }

    /// Whether a submission under the same key asks for the same: the same work after the same tasks. How and
    /// when it is run, and the caller's notes, may differ, unless both requests are known as a whole.
    #[must_use]
    pub fn asks_the_same(&self, other: &Self) -> bool {
        let as_set = |task: &Self| task.depends_on().iter().copied().collect::<BTreeSet<_>>();
        let is_as_asked = match (self.request(), other.request()) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        is_as_asked && self.work.asks_the_same(&other.work) && as_set(self) == as_set(other)
    }

    fn request(&self) -> Option<&str> {
        self.terms.as_ref()?.request.as_deref()
    }
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
    /// A user asked for the end of a task that something must be stopped for first.
    pub cancel_requested: bool,
    /// What of it lives on a server. Boxed, as most tasks have none.
    pub session: Option<Box<Session>>,
    /// The last failure: of the last attempt while it is retried, of the task when it has ended. Boxed, as most
    /// tasks of a long queue have none.
    pub failure: Option<Box<Failure>>,
    /// The last attempt's last report.
    pub progress: Option<Box<Progress>>,
    /// When it was submitted.
    pub created_at: DateTime<Utc>,
    /// When the last attempt was claimed.
    pub started_at: Option<DateTime<Utc>>,
    /// When it reached its final state.
    pub completed_at: Option<DateTime<Utc>>,
    /// The number of its last event; its submission was number 1.
    pub events: u32,
    /// When the last event was.
    pub changed_at: DateTime<Utc>,
    /// Whether other tasks wait for its end.
    pub has_dependants: bool,
}

impl Task {
    /// A submitted task at a place that the store gives; `open` of the tasks it depends on have not completed.
    #[must_use]
    pub fn submitted(new: NewTask, rank: i64, seq: i64, open: u32, now: DateTime<Utc>) -> Self {
        let state = match new.run_at() {
            _ if open > 0 => State::Pending { wait: Wait::Dependencies { open } },
            Some(due) if due > now => State::Pending { wait: Wait::Due(due) },
            _ => State::Queued,
        };
        Self {
            new,
            rank,
            seq,
            state,
            token: 0,
            attempt: 0,
            retries: 0,
            crashes: 0,
            cancel_requested: false,
            session: None,
            failure: None,
            progress: None,
            created_at: now,
            started_at: None,
            completed_at: None,
            events: 1,
            changed_at: now,
            has_dependants: false,
        }
    }

    /// When the record may be deleted; `None` while the task has not ended.
    #[must_use]
    pub fn kept_until(&self) -> Option<DateTime<Utc>> {
        let retention = Duration::try_from_secs_f64(self.new.retention_seconds).unwrap_or(Duration::MAX);
        let kept = TimeDelta::from_std(retention).unwrap_or(TimeDelta::MAX);
        Some(self.completed_at?.checked_add_signed(kept).unwrap_or(DateTime::<Utc>::MAX_UTC))
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

    /// How far it is, while it runs.
    #[must_use]
    pub fn progress_now(&self) -> Option<&Progress> {
        self.progress.as_deref().filter(|_| self.status() == TaskStatus::Running)
    }

    /// Whether the failure of this attempt may be followed by another try.
    #[must_use]
    pub fn has_retries_left(&self) -> bool {
        self.retries < self.new.max_retries
    }
}
