//! Which tasks are there, newest first, and how many? One ordered set of ids for each kind and status.

use uuid::Uuid;

use super::sequence::Sequence;
use crate::task::{Kind, ListFilter, QueueStats, Tally, Task, TaskId, TaskStatus};

/// The ids of one kind and status. They stand as numbers of the same order, which compare several times faster.
type Ids = Sequence<u128>;

/// All tasks by kind and status, so that no listing and no count looks at tasks it does not show. Few kinds, so that
/// looking at each is faster than a map.
#[derive(Debug, Default)]
pub(super) struct Shelves(Vec<(Kind, [Ids; TaskStatus::ALL.len()])>);

impl Shelves {
    /// Puts a task where it belongs now.
    pub(super) fn insert(&mut self, task: &Task) {
        self.shelf(task).insert(number(task.id()));
    }

    /// Takes a task away from where it belongs now.
    pub(super) fn remove(&mut self, task: &Task) {
        self.shelf(task).remove(number(task.id()));
    }

    /// The shelf of a task as it stands now, made with the first task of its kind.
    fn shelf(&mut self, task: &Task) -> &mut Ids {
        let kind = task.new.work.kind();
        let known = self.0.iter().position(|(known, _)| *known == kind);
        let index = known.unwrap_or_else(|| {
            self.0.push((kind, Default::default()));
            self.0.len() - 1
        });
        &mut self.0[index].1[task.status() as usize]
    }

    /// The shelves that a listing shows, with their statuses.
    fn shown(&self, filter: &ListFilter) -> impl Iterator<Item = (TaskStatus, &Ids)> {
        let kinds = self.0.iter().filter(|(kind, _)| filter.kind.as_ref().is_none_or(|asked| asked == kind));
        let shelves = kinds.flat_map(|(_, shelves)| TaskStatus::ALL.into_iter().zip(shelves));
        shelves.filter(|(status, _)| filter.status.is_none_or(|asked| asked == *status))
    }

    /// The ids that a listing shows from its cursor on, newest first.
    pub(super) fn newest(&self, filter: &ListFilter) -> impl Iterator<Item = TaskId> {
        let cursor = filter.cursor.map(number);
        let mut shelves: Vec<_> =
            self.shown(filter).map(|(_, ids)| ids.backwards(cursor).peekable()).collect();
        std::iter::from_fn(move || {
            let newest = shelves.iter_mut().filter_map(|ids| Some((*ids.peek()?, ids)));
            let number = newest.max_by_key(|(id, _)| *id)?.1.next()?;
            Some(TaskId::from(Uuid::from_u128(number)))
        })
    }

    /// The shelves whose tasks the figures of the queue count: all but webhooks.
    fn counted(&self) -> impl Iterator<Item = (TaskStatus, &Ids)> {
        let kinds = self.0.iter().filter(|(kind, _)| *kind != Kind::Webhook);
        kinds.flat_map(|(_, shelves)| TaskStatus::ALL.into_iter().zip(shelves))
    }

    /// The queued task that was submitted first.
    pub(super) fn oldest_queued(&self) -> Option<TaskId> {
        let queued = self.counted().filter(|(status, _)| *status == TaskStatus::Queued);
        let oldest = queued.filter_map(|(_, ids)| ids.first()).min()?;
        Some(TaskId::from(Uuid::from_u128(oldest)))
    }

    /// Whether nothing is there.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, shelves)| shelves.iter().all(|ids| ids.len() == 0))
    }

    /// How many tasks there are, by status and kind.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for (kind, shelves) in &self.0 {
            for (status, ids) in TaskStatus::ALL.into_iter().zip(shelves) {
                tally.add(status, kind.as_str(), ids.len() as u64);
            }
        }
        tally
    }

    /// How many tasks there are, by status, webhooks apart.
    pub(super) fn count(&self) -> QueueStats {
        let mut stats = QueueStats::default();
        for (status, ids) in self.counted() {
            stats.count(status, ids.len() as u64);
        }
        stats
    }
}

fn number(id: TaskId) -> u128 {
    id.as_uuid().as_u128()
}
