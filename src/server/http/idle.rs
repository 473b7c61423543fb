//! Has nothing moved for too long? One timer, put back without cost.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// A limit to how long nothing may move.
#[derive(Debug)]
pub(super) struct Idle {
    limit: Duration,
    since: Instant,
    /// Rings at the end of the limit as it was when it was set; looked at again then.
    alarm: Pin<Box<Sleep>>,
}

impl Idle {
    /// A limit that begins now.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, since: Instant::now(), alarm: Box::pin(tokio::time::sleep(limit)) }
    }

    /// Something moved.
    pub(super) fn restart(&mut self) {
        self.since = Instant::now();
    }

    /// Whether the limit is over; wakes the task when it may be.
    pub(super) fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        while let Poll::Ready(()) = self.alarm.as_mut().poll(context) {
            let end = self.since + self.limit;
            if Instant::now() >= end {
                return true;
            }
            self.alarm.as_mut().reset(end);
        }
        false
    }
}
