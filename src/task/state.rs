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
//! what they leave. A later write than the claim carries the attempt's token; a stale token is refused. Every
//! move is an event: it raises the task's event number and is kept with it.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{ErrorKind, Failure, ProcessId, Progress, Session, Settlement, Task, TaskStatus};

/// Where a task stands, with what is only true there.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Not yet eligible.
    Pending {
        /// What it waits for.
        wait: Wait,
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

/// What makes a pending task eligible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// This time.
    Due(DateTime<Utc>),
    /// The completion of other tasks.
    Dependencies {
        /// How many of them have not completed; at least 1.
        open: u32,
    },
    /// Nothing but a retry: its process is gone, and too long ago to go on by itself.
    LeftBehind,
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
    pub fn promote(&mut self, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        match self.state {
            State::Pending { wait: Wait::Due(_) | Wait::LeftBehind } => {
                self.enter(State::Queued, now);
                Ok(())
            }
            _ => Err(self.illegal("be promoted")),
        }
    }

    /// One of the tasks it depends on has completed. After the last one it waits for its time, or is queued.
    pub fn dependency_completed(&mut self, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        let State::Pending { wait: Wait::Dependencies { open } } = self.state else {
            return Err(self.illegal("wait for another task"));
        };
        if open > 1 {
            self.state = State::Pending { wait: Wait::Dependencies { open: open - 1 } };
            return Ok(());
        }
        match self.new.run_at().filter(|run_at| *run_at > now) {
            Some(due) => self.enter(State::Pending { wait: Wait::Due(due) }, now),
            None => self.enter(State::Queued, now),
        }
        Ok(())
    }

    /// `pending -> failed`: one of the tasks it depends on will never complete; `reason` says which and why. To work
    /// that follows any end it is an end like all others.
    pub fn dependency_failed(&mut self, reason: &str, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        match self.state {
            State::Pending { wait: Wait::Dependencies { .. } } if self.new.work.follows_any_end() => {
                self.dependency_completed(now)
            }
            State::Pending { wait: Wait::Dependencies { .. } } => {
                self.end(State::Failed, Some(Failure::new(ErrorKind::Dependency, reason)), now);
                Ok(())
            }
            _ => Err(self.illegal("fail with another task")),
        }
    }

    /// What the failure of a task that depends on this one says, once this one has ended without success.
    #[must_use]
    pub fn reason_for_dependants(&self) -> String {
        let why = self.failure.as_deref();
        // Down a chain of dependants every task names the first that failed, and not all between.
        match why {
            Some(failure) if failure.kind == ErrorKind::Dependency => failure.message.clone(),
            _ => {
                let message = why.map_or("no reason was kept", |failure| failure.message.as_str());
                format!("task {}, on which it depends, {}: {message}", self.id(), self.status())
            }
        }
    }

    /// `queued -> running`: a process takes the task; its later writes carry the raised token.
    pub fn claim(&mut self, process: ProcessId, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        if self.state != State::Queued {
            return Err(self.illegal("be claimed"));
        }
        self.token += 1;
        self.attempt += 1;
        self.started_at = Some(now);
        self.progress = None;
        self.enter(State::Running { process }, now);
        Ok(())
    }

    /// The attempt with this token says how far it is.
    pub fn report(
        &mut self,
        token: u64,
        progress: Progress,
        now: DateTime<Utc>,
    ) -> Result<(), IllegalTransition> {
        self.guard(token)?;
        self.progress = Some(Box::new(progress));
        self.happened(now);
        Ok(())
    }

    /// The attempt with this token leaves a line for people; the store keeps it as the task's newest event.
    pub fn log(&mut self, token: u64, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        self.guard(token)?;
        self.happened(now);
        Ok(())
    }

    /// The attempt with this token says what of the task lives on a server from now on; `None` once nothing does.
    pub fn keep_session(&mut self, token: u64, session: Option<Session>) -> Result<(), IllegalTransition> {
        self.guard(token)?;
        self.session = session.map(Box::new);
        Ok(())
    }

    /// How the task ends once what of it lives on a server is stopped, where that is all that is left to do: its
    /// next attempt does so and nothing else.
    #[must_use]
    pub fn is_to_end(&self) -> Option<Settlement> {
        if self.cancel_requested {
            return Some(Settlement::Cancel);
        }
        (self.crashes >= MAX_CRASHES).then(|| Settlement::Fail(self.lost()))
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
                self.cancel_now_or_next(now);
            }
            Settlement::Retry { failure, due } => {
                self.retries += 1;
                self.failure = Some(Box::new(failure.clone()));
                self.enter(State::Pending { wait: Wait::Due(*due) }, now);
            }
            Settlement::GiveBack => {
                self.attempt -= 1;
                self.enter(State::Queued, now);
            }
            Settlement::Crash => self.rescue(now)?,
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

    /// A user asks for the end: at once where nothing runs; where an attempt runs, its process is asked; where
    /// something lives on a server, the next attempt stops it.
    pub fn request_cancel(&mut self, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        match self.state {
            State::Pending { .. } | State::Queued | State::Running { .. } if self.cancel_requested => {}
            State::Pending { .. } | State::Queued => {
                self.cancel_requested = self.session.is_some();
                self.cancel_now_or_next(now);
            }
            State::Running { .. } => {
                self.cancel_requested = true;
                self.happened(now);
            }
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
            self.cancel_now_or_next(now);
        } else if self.crashes >= MAX_CRASHES && self.session.is_none() {
            self.end(State::Failed, Some(self.lost()), now);
        } else {
            self.enter(State::Queued, now);
        }
        Ok(())
    }

    fn lost(&self) -> Failure {
        let message = format!(
            "the processes that ran this task died {} times; look at their logs, then retry the task",
            self.crashes
        );
        Failure::new(ErrorKind::Lost, message)
    }

    /// The end on request; where something lives on a server, only after the next attempt has stopped it.
    fn cancel_now_or_next(&mut self, now: DateTime<Utc>) {
        if self.session.is_some() {
            self.enter(State::Queued, now);
        } else {
            self.end_cancelled(now);
        }
    }

    /// `queued | pending -> pending`: its process is gone, and too long ago to go on by itself. What waits for
    /// other tasks goes their way.
    pub fn leave_behind(&mut self, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        if !matches!(self.state, State::Queued | State::Pending { wait: Wait::Due(_) }) {
            return Err(self.illegal("be left behind"));
        }
        self.enter(State::Pending { wait: Wait::LeftBehind }, now);
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
        self.failure = failure.map(Box::new);
        self.completed_at = Some(now);
        self.enter(state, now);
    }

    fn enter(&mut self, state: State, now: DateTime<Utc>) {
        self.state = state;
        self.happened(now);
    }

    /// Something that whoever watches the task is to hear of.
    fn happened(&mut self, now: DateTime<Utc>) {
        self.events += 1;
        self.changed_at = now;
    }

    fn illegal(&self, verb: &'static str) -> IllegalTransition {
        IllegalTransition::WrongState { status: self.state.status(), verb }
    }
}
