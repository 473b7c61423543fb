//! What happens next to a task? Asked again and again, from any event on.

use std::collections::VecDeque;
use std::time::Duration;

use crate::server::access::Scope;
use crate::server::http::Problem;
use crate::task::{TaskEvent, TaskId};

/// How long nothing may happen before a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// A client that follows a task.
#[derive(Debug)]
pub(super) struct Follower {
    scope: Scope,
    id: TaskId,
    /// The number of the last event that was read.
    after: u32,
    /// Read and not told yet: one page at most.
    read: VecDeque<TaskEvent>,
}

/// What a client is told.
#[derive(Debug)]
pub(super) enum Step {
    /// Something happened.
    Event(Box<TaskEvent>),
    /// Nothing did for a while.
    SignOfLife,
}

/// Why there is no next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The task has ended, and everything was told.
    Over,
    /// The service stops, or the store is away: the client is to come again.
    ComeAgain,
    /// The client may not know more: its key ended, or the task was removed.
    Refused,
}

impl Follower {
    /// Follows a task from the event after `after` on.
    pub(super) fn new(scope: Scope, id: TaskId, after: u32) -> Self {
        Self { scope, id, after, read: VecDeque::new() }
    }

    /// What happens next. May be dropped while it waits: nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Step, End> {
        if self.read.is_empty() {
            let closing = self.scope.closing().clone();
            let read = tokio::select! {
                biased;
                () = closing.cancelled() => return Err(End::ComeAgain),
                read = self.scope.events(self.id, self.after, SIGN_OF_LIFE) => read,
            };
            self.read.extend(read.map_err(|problem| Self::end_of(&problem))?);
        }
        match self.read.pop_front() {
            Some(event) => {
                self.after = event.number;
                Ok(Step::Event(Box::new(event)))
            }
            None => self.rest().await,
        }
    }

    /// Nothing happened: because nothing ever will, or not yet.
    async fn rest(&self) -> Result<Step, End> {
        let task = self.scope.task(self.id).await.map_err(|problem| Self::end_of(&problem))?;
        if task.status().is_final() && task.events <= self.after {
            return Err(End::Over);
        }
        if self.scope.is_still_admitted().await { Ok(Step::SignOfLife) } else { Err(End::Refused) }
    }

    fn end_of(problem: &Problem) -> End {
        if problem.is_passing() { End::ComeAgain } else { End::Refused }
    }
}
