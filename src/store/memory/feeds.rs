//! What happened to all tasks of one owner? One row of places for each owner whose tasks were ever followed.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::hasher::TaskMap;
use crate::store::FEED_RENEWAL;
use crate::task::{FeedPlace, Task, TaskId, Work};

/// The feeds of a memory store.
#[derive(Debug, Default)]
pub(super) struct Feeds {
    by_owner: HashMap<Box<str>, Rows>,
    /// The number of the newest event of all.
    newest: u64,
}

/// The feed of one owner.
#[derive(Debug, Default)]
struct Rows {
    /// Which event of which task.
    events: BTreeMap<u64, (TaskId, u32)>,
    /// Where those of each task are.
    by_task: TaskMap<Vec<u64>>,
    /// Up to where something is gone, with the tasks that were deleted.
    lost: u64,
    /// When it was last said that somebody follows.
    followed_at: DateTime<Utc>,
}

impl Feeds {
    /// Keeps the feed of an owner from now on; answers where it stands.
    pub(super) fn follow(&mut self, owner: Box<str>, now: DateTime<Utc>) -> FeedPlace {
        if self.newest == 0 {
            // A number of a store from before is none of this one: it begins behind all that came out of that in its time.
            self.newest = now.timestamp_micros().unsigned_abs();
        }
        let lost = self.newest;
        let rows = self.by_owner.entry(owner).or_insert_with(|| Rows { lost, ..Rows::default() });
        rows.followed_at = now;
        place(self.newest)
    }

    /// Lets go of the feeds that nobody has followed since. Whoever comes back after that stands before a number that is
    /// theirs alone, and so has missed something.
    pub(super) fn let_go(&mut self, cutoff: DateTime<Utc>) {
        let count = self.by_owner.len();
        self.by_owner.retain(|_, rows| rows.followed_at >= cutoff);
        self.newest += u64::from(self.by_owner.len() < count);
    }

    /// Whether nobody has said for a while that they follow an owner.
    pub(super) fn is_stale(&self, owner: &str, now: DateTime<Utc>) -> bool {
        self.by_owner.get(owner).is_some_and(|rows| rows.followed_at + FEED_RENEWAL < now)
    }

    /// Notes the newest event of a task.
    pub(super) fn note(&mut self, task: &Task) {
        if matches!(task.new.work, Work::Webhook(_)) {
            return;
        }
        let Some(rows) = self.by_owner.get_mut(&task.new.owner) else { return };
        self.newest += 1;
        rows.events.insert(self.newest, (task.id(), task.events));
        rows.by_task.entry(task.id()).or_default().push(self.newest);
    }

    /// Forgets a task, and notes that it is gone.
    pub(super) fn forget(&mut self, task: &Task) {
        let Some(rows) = self.by_owner.get_mut(&task.new.owner) else { return };
        for number in rows.by_task.remove(&task.id()).unwrap_or_default() {
            rows.events.remove(&number);
            rows.lost = rows.lost.max(number);
        }
    }

    /// What happened after a place, the first first.
    pub(super) fn after(
        &self,
        owner: &str,
        after: FeedPlace,
    ) -> impl Iterator<Item = (FeedPlace, TaskId, u32)> {
        let rows = self.by_owner.get(owner).into_iter();
        let events = rows.flat_map(move |rows| rows.events.range(after.number.saturating_add(1)..));
        events.map(|(number, (task, event))| (place(*number), *task, *event))
    }

    /// Whether something after a place is gone.
    pub(super) fn have_gap_after(&self, owner: &str, after: FeedPlace) -> bool {
        let rows = self.by_owner.get(owner);
        rows.is_none_or(|rows| after < place(rows.lost) || after > place(self.newest))
    }
}

fn place(number: u64) -> FeedPlace {
    FeedPlace { transaction: 0, number }
}
