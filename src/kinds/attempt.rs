//! What does a handler get, and what does it owe? One attempt: the task, a way to report, a sign to stop.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{Reporter, Stop, StopReason};
use crate::agent::{Kept, ModelTally, Notes};
use crate::store::{AnyStore, Store, StoreError};
use crate::task::{ErrorKind, Failure, LogLevel, Progress, Session, Task};

/// Between two questions to a store that is away.
const PAUSE: Duration = Duration::from_millis(100);

/// What a handler returns: the result of the task, or why there is none.
pub type HandlerFuture<'a> = Pin<Box<dyn Future<Output = Result<Arc<Value>, Failure>> + Send + 'a>>;

impl Notes for Attempt {
    fn session(&self) -> Option<Session> {
        self.session()
    }

    fn keep_session(&self, session: Option<Session>) -> Kept<'_> {
        Box::pin(self.keep_session(session))
    }

    fn models(&self) -> &ModelTally {
        self.models()
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

    /// Ends what dead processes of ours left, before their tasks go on.
    fn end_orphans(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }

    /// Ends what it keeps up from task to task; called when no attempt is under way any more.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }

    /// In a forked child, where nothing of what it keeps up is its own.
    fn let_go_after_fork(&self) {}
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
    /// What models did for it.
    models: ModelTally,
}

impl Attempt {
    /// An attempt that reports through `reporter`.
    #[must_use]
    pub fn new(task: Arc<Task>, stop: Stop, store: Arc<AnyStore>, reporter: Reporter) -> Self {
        let session = Mutex::new(task.session.as_deref().cloned());
        let (cancel, models) = (stop.token().clone(), ModelTally::default());
        Self { task, cancel, stop, store, reporter, session, models }
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
        self.insist(|| self.store.keep_session(self.task.id(), self.task.token, session.clone())).await?;
        *self.session.lock() = session;
        Ok(())
    }

    /// What models did for it.
    #[must_use]
    pub fn models(&self) -> &ModelTally {
        &self.models
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
    pub(crate) fn store(&self) -> &AnyStore {
        &self.store
    }

    /// What reports for this attempt, for those who cannot borrow it.
    #[must_use]
    pub fn reporter(&self) -> Reporter {
        self.reporter.clone()
    }

    /// Makes sure that the task is still this attempt's, right before something outside the store changes. Waits while the
    /// store is away, until the attempt is to stop.
    pub async fn renew(&self) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            return Err(Failure::new(ErrorKind::Cancelled, "the attempt was asked to stop"));
        }
        self.insist(|| self.store.renew(self.task.id(), self.task.token)).await
    }

    /// Asks the store until it answers, or the attempt is to stop: work that is done is not thrown away because the store
    /// is away for a while.
    async fn insist<F>(&self, ask: impl Fn() -> F + Send + Sync) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), StoreError>> + Send,
    {
        loop {
            let error = match ask().await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let may_pass = matches!(error, StoreError::Database(_) | StoreError::Unusable { .. });
            if !may_pass || self.cancel.is_cancelled() {
                return Err(Failure::new(ErrorKind::Internal, error.to_string()));
            }
            tracing::warn!(task = %self.task.id(), %error, "the store is away; the attempt asks again");
            tokio::select! {
                () = self.cancel.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}
