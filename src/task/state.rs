//! The state machine: which moves are there, and which are legal? No second place knows the rules.
//!
//! ```text
//! pending --promote--> queued --claim--> running --settle--> completed | failed | cancelled
//!    ^                   ^                 |
//!    |                   +---- give back, rescue
//!    +------------------------ retry
//! ```
//!
//! Every store applies these functions to the record it read under its own lock or transaction, and writes
//! what they leave. A later write than the claim carries the attempt's token; a stale token is refused.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{ErrorKind, Failure, ProcessId, Settlement, Task, TaskStatus};

/// Where a task stands, with what is only true there.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Not yet eligible.
    Pending {
        /// When it becomes eligible; `None` when it was left behind by a process and waits to be retried.
        due: Option<DateTime<Utc>>,
    },
    /// Waits for a worker.
    Queued,
    /// Held by one process, whose writes carry the task's token.
    Running {
        /// Who runs it.
        process: ProcessId,
    },
    /// Done and verified.
    Completed,
    /// Ended without success.
    Failed,
    /// Ended on request.
    Cancelled,
}

impl State {
    /// The word users see.
    #[must_use]
    pub fn status(&self) -> TaskStatus {
        match self {
            Self::Pending { .. } => TaskStatus::Pending,
            Self::Queued => TaskStatus::Queued,
            Self::Running { .. } => TaskStatus::Running,
            Self::Completed => TaskStatus::Completed,
            Self::Failed => TaskStatus::Failed,
            Self::Cancelled => TaskStatus::Cancelled,
        }
    }
}

/// A move that the state machine does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IllegalTransition {
    /// The task is not in a state that this move starts from.
    #[error("a {status} task cannot {verb}")]
    WrongState {
        /// Where the task stands.
        status: TaskStatus,
        /// What was tried.
        verb: &'static str,
    },
    /// The lease went to someone else since this attempt's claim.
    #[error("the lease of this attempt is lost")]
    LeaseLost,
}

/// How often the processes that run one task may die before it fails with `lost`.
pub(super) const MAX_CRASHES: u32 = 3;

impl Task {
    /// `pending -> queued`: the task became eligible.
    pub fn promote(&mut self) -> Result<(), IllegalTransition> {
        match self.state {
            State::Pending { .. } => {
                self.state = State::Queued;
                Ok(())
            }
            _ => Err(self.illegal("be promoted")),
        }
    }

    /// `queued -> running`: a process takes the task; its later writes carry the raised token.
    pub fn claim(&mut self, process: ProcessId, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        if self.state != State::Queued {
            return Err(self.illegal("be claimed"));
        }
        self.state = State::Running { process };
        self.token += 1;
        self.attempt += 1;
        self.started_at = Some(now);
        self.progress = None;
        Ok(())
    }

    /// `running -> …`: the attempt with this token ended. A requested cancel wins over another try.
    pub fn settle(
        &mut self,
        token: u64,
        settlement: &Settlement,
        now: DateTime<Utc>,
    ) -> Result<(), IllegalTransition> {
        self.guard(token)?;
        match settlement {
            Settlement::Complete(_) => self.end(State::Completed, None, now),
            Settlement::Fail(failure) => self.end(State::Failed, Some(failure.clone()), now),
            Settlement::Cancel => self.end_cancelled(now),
            Settlement::Retry { .. } | Settlement::GiveBack if self.cancel_requested => {
                self.end_cancelled(now);
            }
            Settlement::Retry { failure, due } => {
                self.retries += 1;
                self.failure = Some(Box::new(failure.clone()));
                self.state = State::Pending { due: Some(*due) };
            }
            Settlement::GiveBack => {
                self.attempt -= 1;
                self.state = State::Queued;
            }
        }
        Ok(())
    }

    /// The one guard of every write after the claim: running, and still this attempt's token.
    pub fn guard(&self, token: u64) -> Result<(), IllegalTransition> {
        match self.state {
            State::Running { .. } if self.token == token => Ok(()),
            _ => Err(IllegalTransition::LeaseLost),
        }
    }

    /// A user asks for the end: at once where nothing runs; where an attempt runs, its process is asked.
    pub fn request_cancel(&mut self, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        match self.state {
            State::Pending { .. } | State::Queued => self.end_cancelled(now),
            State::Running { .. } => self.cancel_requested = true,
            _ => return Err(self.illegal("be cancelled")),
        }
        Ok(())
    }

    /// `running -> queued | failed | cancelled`: the process that held the task is dead.
    pub fn rescue(&mut self, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        if !matches!(self.state, State::Running { .. }) {
            return Err(self.illegal("be rescued"));
        }
        self.crashes += 1;
        if self.cancel_requested {
            self.end_cancelled(now);
        } else if self.crashes >= MAX_CRASHES {
            let message = format!(
                "the processes that ran this task died {} times; look at their logs, then retry the task",
                self.crashes
            );
            self.end(State::Failed, Some(Failure::new(ErrorKind::Lost, message)), now);
        } else {
            self.state = State::Queued;
        }
        Ok(())
    }

    /// `queued | pending -> pending`: its process is gone, and too long ago to go on by itself.
    pub fn leave_behind(&mut self) -> Result<(), IllegalTransition> {
        if !matches!(self.state, State::Queued | State::Pending { due: Some(_) }) {
            return Err(self.illegal("be left behind"));
        }
        self.state = State::Pending { due: None };
        Ok(())
    }

    /// `pending | queued -> failed`: nobody ran it in time.
    pub fn expire(&mut self, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        if !matches!(self.state, State::Pending { .. } | State::Queued) {
            return Err(self.illegal("expire"));
        }
        let message = "no process ran this task in time; retry it while a worker lives";
        self.end(State::Failed, Some(Failure::new(ErrorKind::Expired, message)), now);
        Ok(())
    }

    fn end_cancelled(&mut self, now: DateTime<Utc>) {
        let failure = Failure::new(ErrorKind::Cancelled, "cancelled on request");
        self.end(State::Cancelled, Some(failure), now);
    }

    fn end(&mut self, state: State, failure: Option<Failure>, now: DateTime<Utc>) {
        self.state = state;
        self.failure = failure.map(Box::new);
        self.completed_at = Some(now);
        self.progress = None;
    }

    fn illegal(&self, verb: &'static str) -> IllegalTransition {
        IllegalTransition::WrongState { status: self.state.status(), verb }
    }
}
