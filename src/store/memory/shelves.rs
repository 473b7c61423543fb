//! Which tasks are there, newest first, and how many? One ordered set of ids for each kind and status.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use uuid::Uuid;

use crate::task::{Kind, ListFilter, QueueStats, Task, TaskId, TaskStatus};

/// All tasks by kind and status, so that no listing and no count looks at tasks it does not show. Ids stand as
/// numbers of the same order, which compare several times faster.
#[derive(Debug, Default)]
pub(super) struct Shelves(BTreeMap<(Kind, TaskStatus), BTreeSet<u128>>);

impl Shelves {
    /// Puts a task where it belongs now.
    pub(super) fn insert(&mut self, task: &Task) {
        self.0.entry(key(task)).or_default().insert(number(task.id()));
    }

    /// Takes a task away from where it belongs now.
    pub(super) fn remove(&mut self, task: &Task) {
        if let Some(shelf) = self.0.get_mut(&key(task)) {
            shelf.remove(&number(task.id()));
        }
    }

    /// The ids that a listing shows from its cursor on, newest first.
    pub(super) fn newest(&self, filter: &ListFilter) -> impl Iterator<Item = TaskId> {
        let below = (Bound::Unbounded, filter.cursor.map(number).map_or(Bound::Unbounded, Bound::Excluded));
        let (kind, status) = (filter.kind.as_ref(), filter.status);
        let mut shelves: Vec<_> = self
            .0
            .iter()
            .filter(|(key, _)| kind.is_none_or(|kind| *kind == key.0))
            .filter(|(key, _)| status.is_none_or(|status| status == key.1))
            .map(|(_, ids)| ids.range(below).rev().copied().peekable())
            .collect();
        std::iter::from_fn(move || {
            let newest = shelves.iter_mut().filter_map(|ids| Some((*ids.peek()?, ids)));
            let number = newest.max_by_key(|(id, _)| *id)?.1.next()?;
            Some(TaskId::from(Uuid::from_u128(number)))
        })
    }

    /// The oldest task that a listing would show.
    pub(super) fn oldest(&self, filter: &ListFilter) -> Option<TaskId> {
        let shelves = self.0.iter().filter(|(key, _)| filter.status.is_none_or(|status| status == key.1));
        let oldest = shelves.filter_map(|(_, ids)| ids.first()).min()?;
        Some(TaskId::from(Uuid::from_u128(*oldest)))
    }

    /// How many tasks there are, by status.
    pub(super) fn count(&self) -> QueueStats {
        let mut stats = QueueStats::default();
        for ((_, status), ids) in &self.0 {
            stats.count(*status, ids.len() as u64);
        }
        stats
    }
}

fn key(task: &Task) -> (Kind, TaskStatus) {
    (task.new.work.kind(), task.status())
}

fn number(id: TaskId) -> u128 {
    id.as_uuid().as_u128()
}
