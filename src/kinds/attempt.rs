//! What does a handler get, and what does it owe? One attempt: the task, a way to report, a sign to stop.

use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Reporter;
use crate::store::{AnyStore, Store};
use crate::task::{ErrorKind, Failure, LogLevel, Progress, Task};

/// What a handler returns: the result of the task, or why there is none.
pub type HandlerFuture<'a> = Pin<Box<dyn Future<Output = Result<Arc<Value>, Failure>> + Send + 'a>>;

/// Does one kind of work.
pub trait Handler: Send + Sync + 'static {
    /// Runs one attempt. When `attempt.cancel` fires, the handler stops its processes and returns once they
    /// are dead; what it returns then does not matter, unless it is `Ok`: done is done.
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a>;
}

/// One run of a task by one worker.
#[derive(Debug)]
pub struct Attempt {
    /// The task as it was claimed.
    pub task: Arc<Task>,
    /// Fires when the attempt is to stop: cancelled, out of time, lease lost, process ending.
    pub cancel: CancellationToken,
    store: Arc<AnyStore>,
    reporter: Reporter,
}

impl Attempt {
    /// An attempt that reports through `reporter`.
    #[must_use]
    pub fn new(task: Arc<Task>, cancel: CancellationToken, store: Arc<AnyStore>, reporter: Reporter) -> Self {
        Self { task, cancel, store, reporter }
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
