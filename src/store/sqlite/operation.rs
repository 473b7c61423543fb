//! What can be asked of the writer? An [`Operation`], sent as a [`Job`] that knows whom to answer.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;

use tokio::sync::oneshot;

use super::session::Session;
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

/// An operation of which many are done in fewer ways to the database than one by one.
pub(super) trait Together: Operation {
    /// Whether this one may be done together with others.
    fn may_join(&self) -> bool {
        true
    }

    /// Does all of them as [`Operation::apply`] does each, in their order; answers as many outcomes.
    fn apply_all(
        operations: &[&Self],
        session: &mut Session,
    ) -> impl Future<Output = Result<Vec<Result<Self::Answer, StoreError>>, StoreError>> + Send;
}

/// Does the first jobs together if they are operations of one type; answers how many, and none where one would be
/// alone.
pub(super) async fn apply_together<O: Together>(
    jobs: &mut [Box<dyn Job>],
    session: &mut Session,
) -> Result<usize, StoreError> {
    let mut requests: Vec<_> = jobs.iter_mut().map_while(|job| request_of::<O>(&mut **job)).collect();
    if requests.len() < 2 {
        return Ok(0);
    }
    let operations: Vec<&O> = requests.iter().map(|request| &request.operation).collect();
    let outcomes = O::apply_all(&operations, session).await?;
    for (request, outcome) in requests.iter_mut().zip(outcomes) {
        request.outcome = Some(outcome);
    }
    Ok(requests.len())
}

/// The request that a job is, if its operation is of this type and may join others.
fn request_of<O: Together>(job: &mut dyn Job) -> Option<&mut Request<O>> {
    let request: &mut Request<O> = (job as &mut dyn Any).downcast_mut()?;
    Some(request).filter(|request| request.operation.may_join())
}

/// An operation of any type on its way through the writer.
pub(super) trait Job: Any + Send {
    /// Whether it only reads.
    fn only_reads(&self) -> bool;

    /// Whether it may wait for a commit that others need.
    fn may_linger(&self) -> bool;

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
}

impl<O: Operation> Job for Request<O> {
    fn only_reads(&self) -> bool {
        O::ONLY_READS
    }

    fn may_linger(&self) -> bool {
        O::MAY_LINGER
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
