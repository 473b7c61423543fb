//! How is much of one sort done at little cost? At a desk: what arrives while the database is at work is done together
//! afterwards, in the order in which it came.

use std::future::Future;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::hub::Hub;
use crate::store::StoreError;

/// How much is done together at most.
const MAX_GROUP: usize = 512;

/// What can be done together.
pub(super) trait Batch: Sized + Send + Sync + 'static {
    /// What the caller gets.
    type Answer: Send + 'static;

    /// Does all of them, as if one after the other; answers as many outcomes.
    fn do_all(
        hub: &Arc<Hub>,
        items: Vec<Arc<Self>>,
    ) -> impl Future<Output = Vec<Result<Self::Answer, StoreError>>> + Send;
}

/// One item and whom to answer.
type Request<B> = (Arc<B>, oneshot::Sender<Result<<B as Batch>::Answer, StoreError>>);

/// The way to one desk.
pub(super) struct Desk<B: Batch> {
    /// Gone once the store is closed; held for the clone or the take alone.
    inbox: Mutex<Option<mpsc::Sender<Request<B>>>>,
}

impl<B: Batch> std::fmt::Debug for Desk<B> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Desk")
    }
}

impl<B: Batch> Desk<B> {
    /// A desk that works until it is closed and has done what came before.
    pub(super) fn open(hub: &Arc<Hub>) -> Self {
        let (sender, inbox) = mpsc::channel(2 * MAX_GROUP);
        hub.spawn(work(Arc::clone(hub), inbox));
        Self { inbox: Mutex::new(Some(sender)) }
    }

    /// Has it done. A caller that stops waiting does not stop it.
    pub(super) async fn apply(&self, item: B) -> Result<B::Answer, StoreError> {
        let inbox = self.inbox.lock().clone().ok_or(StoreError::Closed)?;
        let (caller, answer) = oneshot::channel();
        inbox.send((Arc::new(item), caller)).await.map_err(|_| StoreError::Closed)?;
        drop(inbox);
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Takes nothing more.
    pub(super) fn close(&self) {
        drop(self.inbox.lock().take());
    }
}

async fn work<B: Batch>(hub: Arc<Hub>, mut inbox: mpsc::Receiver<Request<B>>) {
    let mut requests = Vec::new();
    while inbox.recv_many(&mut requests, MAX_GROUP).await > 0 {
        let (items, callers): (Vec<_>, Vec<_>) = requests.drain(..).unzip();
        let outcomes = B::do_all(&hub, items).await;
        for (caller, outcome) in callers.into_iter().zip(outcomes) {
            caller.send(outcome.map_err(|error| hub.explain(error))).ok();
        }
    }
}
