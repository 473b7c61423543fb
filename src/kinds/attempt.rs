//! What does a handler get, and what does it owe? One attempt: the task, a way to report, a sign to stop.

use std::pin::Pin;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{Reporter, Stop, StopReason};
use crate::agent::{Kept, Notes};
use crate::store::{AnyStore, Store};
use crate::task::{ErrorKind, Failure, LogLevel, Progress, Session, Task};

/// What a handler returns: the result of the task, or why there is none.
pub type HandlerFuture<'a> = Pin<Box<dyn Future<Output = Result<Arc<Value>, Failure>> + Send + 'a>>;

impl Notes for Attempt {
    fn session(&self) -> Option<Session> {
        self.session()
    }

    fn keep_session(&self, session: Option<Session>) -> Kept<'_> {
        Box::pin(self.keep_session(session))
    }

    fn log(&self, level: LogLevel, line: &str) {
        self.log(level, line);
    }
}

/// Does one kind of work.
pub trait Handler: Send + Sync + 'static {
    /// Runs one attempt. When `attempt.cancel` fires, the handler stops its processes and returns once they
    /// are dead; what it returns then does not matter, unless it is `Ok`: done is done.
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a>;

    /// Ends what of the task lives on a server: all that is left to do for a task that was cancelled, or lost, while
    /// no process of ours ran it.
    fn release<'a>(&'a self, attempt: &'a Attempt) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        let _ = attempt;
        Box::pin(std::future::ready(()))
    }
}

/// One run of a task by one worker.
#[derive(Debug)]
pub struct Attempt {
    /// The task as it was claimed.
    pub task: Arc<Task>,
    /// Fires when the attempt is to stop: cancelled, out of time, lease lost, process ending.
    pub cancel: CancellationToken,
    stop: Stop,
    store: Arc<AnyStore>,
    reporter: Reporter,
    /// What of the task lives on a server now. Held for a look or a replacement.
    session: Mutex<Option<Session>>,
}

impl Attempt {
    /// An attempt that reports through `reporter`.
    #[must_use]
    pub fn new(task: Arc<Task>, stop: Stop, store: Arc<AnyStore>, reporter: Reporter) -> Self {
        let session = Mutex::new(task.session.as_deref().cloned());
        Self { task, cancel: stop.token().clone(), stop, store, reporter, session }
    }

    /// Why the attempt is to stop, once it is.
    #[must_use]
    pub fn stop_reason(&self) -> Option<StopReason> {
        self.stop.reason()
    }

    /// What of the task lives on a server.
    #[must_use]
    pub fn session(&self) -> Option<Session> {
        self.session.lock().clone()
    }

    /// Keeps what of the task lives on a server from now on. Once this has answered, whoever goes on with the task
    /// after us finds it.
    pub async fn keep_session(&self, session: Option<Session>) -> Result<(), Failure> {
        let kept = self.store.keep_session(self.task.id(), self.task.token, session.clone()).await;
        kept.map_err(|error| Failure::new(ErrorKind::Internal, error.to_string()))?;
        *self.session.lock() = session;
        Ok(())
    }

    /// Says how far the attempt is. Cheap: only the newest report is kept, a few times a second.
    pub fn report(&self, progress: Progress) {
        self.reporter.report(progress);
    }

    /// Leaves a line: an event of the task, and an entry of the engine's log.
    pub fn log(&self, level: LogLevel, message: &str) {
        self.reporter.log(level, message);
    }

    /// The store of the task, to read from.
    pub(super) fn store(&self) -> &AnyStore {
        &self.store
    }

    /// What reports for this attempt, for those who cannot borrow it.
    #[must_use]
    pub fn reporter(&self) -> Reporter {
        self.reporter.clone()
    }

    /// Makes sure that the task is still this attempt's, right before something outside the store changes.
    pub async fn renew(&self) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            return Err(Failure::new(ErrorKind::Cancelled, "the attempt was asked to stop"));
        }
        self.store
            .renew(self.task.id(), self.task.token)
            .await
            .map_err(|error| Failure::new(ErrorKind::Internal, error.to_string()))
    }
}
