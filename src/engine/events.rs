//! How is a task watched? By its numbered events, from any number on, however late they are read.

use std::time::Duration;

use tokio::time::Instant;

use super::error::EngineError;
use super::facade::{Engine, not_found};
use crate::store::Store;
use crate::task::{TaskEvent, TaskId};

/// How many events one answer has at most.
const PAGE: usize = 100;
/// How long a watcher waits for a hint before it looks by itself, at least.
const POLL: Duration = Duration::from_secs(1);
/// How much longer for each that watches: all together look so often and no oftener, however many they are.
const POLL_OF_EACH: Duration = Duration::from_millis(10);

impl Engine {
    /// The events of a task after number `after` (0: from its submission on), oldest first, at most 100. Where
    /// there are none yet, waits for the next one, at most `limit`; none then, or at once where the task has ended,
    /// is an empty answer.
    pub async fn events(
        &self,
        id: TaskId,
        after: u32,
        limit: Duration,
    ) -> Result<Vec<TaskEvent>, EngineError> {
        let end = Instant::now() + limit.min(LONGEST_WAIT);
        let watcher = self.shared.watchers.register(id);
        loop {
            // Ready for the hint before the look, so that none falls between.
            let mut hint = std::pin::pin!(watcher.hint.notified());
            hint.as_mut().enable();
            let events = self.shared.store.events(id, after, PAGE).await?.ok_or_else(|| not_found(id))?;
            if !events.is_empty() || self.is_over(id, after).await? {
                return Ok(events);
            }
            let now = Instant::now();
            let watching = u32::try_from(self.shared.watchers.count()).unwrap_or(u32::MAX);
            let poll = POLL.max(POLL_OF_EACH.saturating_mul(watching));
            if now >= end {
                return Ok(events);
            }
            tokio::select! {
                () = self.shared.closed.cancelled() => return Err(EngineError::Closed),
                () = tokio::time::sleep_until(end.min(now + poll)) => {}
                () = hint => {}
            }
        }
    }

    /// Whether nothing will ever happen to the task after this event.
    async fn is_over(&self, id: TaskId, after: u32) -> Result<bool, EngineError> {
        let task = self.get(id).await?;
        Ok(task.status().is_final() && task.events <= after)
    }
}

/// A wait that no clock overflows by.
const LONGEST_WAIT: Duration = Duration::from_hours(24 * 365);
