//! How is a task watched, or all tasks of an owner? By their events, from any one on, however late they are read.

use std::time::Duration;

use tokio::time::Instant;

use super::error::EngineError;
use super::facade::{Engine, not_found};
use crate::store::Store;
use crate::task::{Feed, FeedPlace, TaskEvent, TaskId};

/// How many events one answer has at most.
const PAGE: usize = 100;
/// How long a watcher waits for a hint before it looks by itself, at least.
const POLL: Duration = Duration::from_secs(1);
/// After how long a look is worth while where something is there that others hold up; then ever later.
const SOON: Duration = Duration::from_millis(5);
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
            let poll = self.poll();
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

    /// Keeps from now on what happens to the tasks of an owner (empty: of nobody); answers where that begins.
    pub async fn follow(&self, owner: Box<str>) -> Result<FeedPlace, EngineError> {
        Ok(self.shared.store.follow(owner).await?)
    }

    /// What happened to all tasks of an owner after a place, at most 100 events. Where there is nothing yet, waits for
    /// what comes next, at most `limit`; nothing then is an empty answer. One with a gap is answered at once.
    pub async fn feed(
        &self,
        owner: Box<str>,
        after: FeedPlace,
        limit: Duration,
    ) -> Result<Feed, EngineError> {
        let end = Instant::now() + limit.min(LONGEST_WAIT);
        let watcher = self.shared.followers.register(owner.clone());
        let mut soon = SOON;
        loop {
            let mut hint = std::pin::pin!(watcher.hint.notified());
            hint.as_mut().enable();
            let feed = self.shared.store.feed(owner.clone(), after, PAGE).await?;
            if feed.is_stale {
                self.shared.store.follow(owner.clone()).await?;
            }
            let now = Instant::now();
            if !feed.events.is_empty() || feed.has_gap || now >= end {
                return Ok(feed);
            }
            let mut pause = self.poll();
            if feed.has_more {
                // It waits for transactions of others, of whose end nobody tells.
                pause = pause.min(soon);
                soon = soon.saturating_mul(2);
            }
            tokio::select! {
                () = self.shared.closed.cancelled() => return Err(EngineError::Closed),
                () = tokio::time::sleep_until(end.min(now + pause)) => {}
                () = hint => {}
            }
        }
    }

    /// How long to wait for a hint before a look.
    fn poll(&self) -> Duration {
        let watching = u32::try_from(self.shared.watching()).unwrap_or(u32::MAX);
        POLL.max(POLL_OF_EACH.saturating_mul(watching))
    }

    /// Whether nothing will ever happen to the task after this event.
    async fn is_over(&self, id: TaskId, after: u32) -> Result<bool, EngineError> {
        let task = self.get(id).await?;
        Ok(task.status().is_final() && task.events <= after)
    }
}

/// A wait that no clock overflows by.
const LONGEST_WAIT: Duration = Duration::from_hours(24 * 365);
