//! How does the engine run an `async def`? It posts an order, waits for the answer, and posts a request to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

use super::desk::{Order, Start};
use crate::kinds::{Attempt, Handler, HandlerFuture};
use crate::python::pipe::Pipe;
use crate::python::posts::Posts;
use crate::task::{ErrorKind, Failure, KindName, LogLevel};

/// What an attempt came to.
pub(super) type Outcome = Result<Arc<Value>, Failure>;

/// How long a handler may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(5);

static NEXT_TICKET: AtomicU64 = AtomicU64::new(0);

/// A handler whose function lies at the desk, under a number.
pub(super) struct CoroutineHandler {
    pub(super) kind: KindName,
    pub(super) function: u64,
    pub(super) orders: Arc<Posts<Order, Pipe>>,
}

impl CoroutineHandler {
    async fn attend(&self, attempt: &Attempt) -> Outcome {
        let ticket = NEXT_TICKET.fetch_add(1, Ordering::Relaxed);
        let (sender, mut answer) = oneshot::channel();
        self.orders.post(Order::Start(Box::new(Start {
            ticket,
            function: self.function,
            task: Arc::clone(&attempt.task),
            reporter: attempt.reporter(),
            cancel: attempt.cancel.clone(),
            answer: sender,
        })));
        tokio::select! {
            biased;
            answered = &mut answer => return answered.unwrap_or_else(|_| Err(self.unanswered())),
            () = attempt.cancel.cancelled() => self.orders.post(Order::Stop(ticket)),
        }
        match tokio::time::timeout(GRACE, answer).await {
            Ok(answered) => answered.unwrap_or_else(|_| Err(self.unanswered())),
            Err(_) => Err(self.goes_on(attempt)),
        }
    }

    fn unanswered(&self) -> Failure {
        let message = format!("the handler of kind {} ended without an answer", self.kind);
        Failure::new(ErrorKind::Internal, message)
    }

    fn goes_on(&self, attempt: &Attempt) -> Failure {
        let message = format!(
            "the handler of kind {} did not end within {} s after it was asked to stop: its attempt counts as ended, \
             and what it still does is lost",
            self.kind,
            GRACE.as_secs()
        );
        attempt.log(LogLevel::Warning, &message);
        Failure::new(ErrorKind::Cancelled, message)
    }
}

impl Handler for CoroutineHandler {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(self.attend(attempt))
    }
}

impl Drop for CoroutineHandler {
    fn drop(&mut self) {
        self.orders.post(Order::Forget(self.function));
    }
}
