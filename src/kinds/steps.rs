//! How far is the work? One step after the other, of a number that is known at the beginning.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::kinds::Attempt;
use crate::task::{ErrorKind, Failure, Progress};

/// The steps of one attempt.
pub(in crate::kinds) struct Steps<'a> {
    attempt: &'a Attempt,
    total: u64,
    begun: AtomicU64,
}

impl<'a> Steps<'a> {
    pub(in crate::kinds) fn new(attempt: &'a Attempt, total: u64) -> Self {
        Self { attempt, total, begun: AtomicU64::new(0) }
    }

    /// Begins the next step; an attempt that is to stop ends here.
    pub(in crate::kinds) fn begin(&self, step: &str) -> Result<(), Failure> {
        if self.attempt.cancel.is_cancelled() {
            return Err(Failure::new(ErrorKind::Cancelled, "the attempt was asked to stop"));
        }
        let done = self.begun.fetch_add(1, Ordering::Relaxed);
        self.attempt.report(Progress::of_step(step, done.min(self.total), self.total));
        Ok(())
    }

    pub(in crate::kinds) fn attempt(&self) -> &'a Attempt {
        self.attempt
    }
}

/// Does work that takes its time where it holds up nobody.
pub(in crate::kinds) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::new(ErrorKind::Internal, format!("the work ended early: {error}")))
}
