//! What can be asked of the writer? An [`Operation`], sent as a [`Job`] that knows whom to answer.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;

use tokio::sync::oneshot;

use super::session::Session;
use super::submit::Submit;
use crate::store::StoreError;

/// Something the writer does within its transaction.
pub(super) trait Operation: Send + Sync + 'static {
    /// What the caller gets once the transaction is on disk.
    type Answer: Send + 'static;

    /// Whether it only reads, and so needs no transaction of its own.
    const ONLY_READS: bool = false;

    /// Whether it is worth no commit of its own for a while: it rides along with the next one.
    const MAY_LINGER: bool = false;

    /// Does it. May be done again from the start, after the transaction was rolled back. An error other than
    /// the database's comes before the first write: it concerns this operation alone.
    fn apply(&self, session: &mut Session) -> impl Future<Output = Result<Self::Answer, StoreError>> + Send;
}

/// An operation of any type on its way through the writer.
pub(super) trait Job: Any + Send {
    /// Whether it only reads.
    fn only_reads(&self) -> bool;

    /// Whether it may wait for a commit that others need.
    fn may_linger(&self) -> bool;

    /// The request itself, if it is a submission that can be done together with others.
    fn plain_submission(&mut self) -> Option<&mut Request<Submit>>;

    /// Does the operation and keeps the answer; fails only where the transaction has to be rolled back.
    fn apply<'a>(
        &'a mut self,
        session: &'a mut Session,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

    /// Replaces the answer by an error, since nothing was written.
    fn fail(&mut self, error: StoreError);

    /// Tells the caller, who may have gone away.
    fn answer(self: Box<Self>);
}

/// The one implementation of [`Job`].
pub(super) struct Request<O: Operation> {
    operation: O,
    outcome: Option<Result<O::Answer, StoreError>>,
    caller: oneshot::Sender<Result<O::Answer, StoreError>>,
}

impl<O: Operation> Request<O> {
    /// An operation that answers to `caller`.
    pub(super) fn new(operation: O, caller: oneshot::Sender<Result<O::Answer, StoreError>>) -> Self {
        Self { operation, outcome: None, caller }
    }

    /// What is asked.
    pub(super) fn operation(&self) -> &O {
        &self.operation
    }

    /// Keeps the answer to what was done together with others.
    pub(super) fn succeed(&mut self, answer: O::Answer) {
        self.outcome = Some(Ok(answer));
    }
}

impl<O: Operation> Job for Request<O> {
    fn only_reads(&self) -> bool {
        O::ONLY_READS
    }

    fn may_linger(&self) -> bool {
        O::MAY_LINGER
    }

    fn plain_submission(&mut self) -> Option<&mut Request<Submit>> {
        let request: &mut Request<Submit> = (self as &mut dyn Any).downcast_mut()?;
        Some(request).filter(|request| request.operation.is_plain())
    }

    fn apply<'a>(
        &'a mut self,
        session: &'a mut Session,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
        Box::pin(async move {
            match self.operation.apply(session).await {
                Err(error @ StoreError::Database(_)) => Err(error),
                outcome => {
                    self.outcome = Some(outcome);
                    Ok(())
                }
            }
        })
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(error));
    }

    fn answer(self: Box<Self>) {
        let outcome = self.outcome.unwrap_or(Err(StoreError::Closed));
        self.caller.send(outcome).ok();
    }
}
