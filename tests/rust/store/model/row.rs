//! One task of the model, and its moves.

use _core::task::{Lane, NewTask, Priority, TaskId, TaskStatus};
use chrono::{DateTime, Utc};

use super::steps::End;

/// A task, with all that the model knows of it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: TaskId,
    pub(super) owner: Box<str>,
    pub(super) priority: Priority,
    pub(super) lane: Lane,
    pub(super) key: Option<Box<str>>,
    pub(super) depends_on: Vec<TaskId>,
    /// Those of them that have not completed.
    pub(super) open: Vec<TaskId>,
    pub(super) run_at: Option<DateTime<Utc>>,
    pub(super) rank: i64,
    pub(super) seq: i64,
    pub(super) status: TaskStatus,
    pub(super) due: Option<DateTime<Utc>>,
    pub(super) token: u64,
    pub(super) attempt: u32,
    retries: u32,
    crashes: u32,
    pub(super) cancel_requested: bool,
    failure: Option<&'static str>,
    pub(super) ended: Option<DateTime<Utc>>,
    pub(super) result: Option<&'static str>,
    /// In a few words each.
    pub(super) events: Vec<String>,
}

impl Row {
    pub(super) fn new(new: &NewTask, rank: i64, seq: i64) -> Self {
        Self {
            id: new.id,
            owner: new.owner.clone(),
            priority: new.priority,
            lane: new.lane.clone(),
            key: new.idempotency_key().map(Box::from),
            depends_on: new.depends_on().to_vec(),
            open: Vec::new(),
            run_at: new.run_at(),
            rank,
            seq,
            status: TaskStatus::Queued,
            due: None,
            token: 0,
            attempt: 0,
            retries: 0,
            crashes: 0,
            cancel_requested: false,
            failure: None,
            ended: None,
            result: None,
            events: Vec::new(),
        }
    }

    /// Moves on, which is an event.
    pub(super) fn enter(&mut self, status: TaskStatus) {
        self.status = status;
        self.due = self.due.filter(|_| status == TaskStatus::Pending);
        let why = self.failure.filter(|_| status != TaskStatus::Running);
        self.happened(&why.map(|kind| format!(" because {kind}")).unwrap_or_default());
    }

    pub(super) fn happened(&mut self, what: &str) {
        self.events.push(format!("{}#{}{what}", self.status, self.attempt));
    }

    pub(super) fn wait_until(&mut self, due: DateTime<Utc>) {
        self.due = Some(due);
        self.enter(TaskStatus::Pending);
    }

    pub(super) fn end(&mut self, status: TaskStatus, why: Option<&'static str>, now: DateTime<Utc>) {
        self.failure = why;
        self.ended = Some(now);
        self.enter(status);
    }

    pub(super) fn cancel(&mut self, now: DateTime<Utc>) {
        match self.status {
            TaskStatus::Pending | TaskStatus::Queued => self.end_cancelled(now),
            TaskStatus::Running if !self.cancel_requested => {
                self.cancel_requested = true;
                self.happened(" cancel requested");
            }
            _ => (),
        }
    }

    pub(super) fn settle(&mut self, end: End, now: DateTime<Utc>) {
        match end {
            End::Complete => {
                self.result = Some("done");
                self.end(TaskStatus::Completed, None, now);
            }
            End::Fail => {
                self.result = Some("shown");
                self.end(TaskStatus::Failed, Some("transient"), now);
            }
            End::Cancel => self.end_cancelled(now),
            _ if self.cancel_requested => self.end_cancelled(now),
            End::GiveBack => {
                self.attempt -= 1;
                self.enter(TaskStatus::Queued);
            }
            End::Retry { seconds } => {
                self.retries += 1;
                self.failure = Some("transient");
                self.wait_until(now + std::time::Duration::from_secs(seconds));
            }
        }
    }

    pub(super) fn rescue(&mut self, now: DateTime<Utc>) {
        self.crashes += 1;
        match self.crashes {
            _ if self.cancel_requested => self.end_cancelled(now),
            3.. => self.end(TaskStatus::Failed, Some("lost"), now),
            _ => self.enter(TaskStatus::Queued),
        }
    }

    fn end_cancelled(&mut self, now: DateTime<Utc>) {
        self.end(TaskStatus::Cancelled, Some("cancelled"), now);
    }

    /// What can be seen in a listing.
    pub(super) fn show(&self) -> String {
        let counts = (self.token, self.attempt, self.retries, self.crashes, self.events.len());
        format!(
            "{} rank {} seq {} token, attempt, retries, crashes, events {counts:?} cancel {} due {:?} \
             waits {} failure {:?} ended {:?}",
            self.status,
            self.rank,
            self.seq,
            self.cancel_requested,
            self.due,
            if self.status == TaskStatus::Pending { self.open.len() } else { 0 },
            self.failure,
            self.ended
        )
    }
}
