//! What lies under the lock? The tasks and the index over them, changed together in one place.

use std::collections::hash_map;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::hasher::TaskMap;
use super::index::Index;
use crate::task::{IllegalTransition, ListFilter, NewTask, Task, TaskId, TaskPage};

/// A task and what it left.
#[derive(Debug)]
struct Entry {
    task: Arc<Task>,
    result: Option<Arc<Value>>,
}

/// All tasks of a memory store.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Set by `close`: nothing is answered any more.
    closed: bool,
    pub(super) index: Index,
    entries: TaskMap<Entry>,
    last_seq: i64,
}

impl State {
    /// Drops everything for good.
    pub(super) fn close(&mut self) {
        *self = Self { closed: true, ..Self::default() };
    }

    /// Whether everything was dropped for good.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Queues a new task at its owner's next place.
    pub(super) fn insert(&mut self, new: NewTask, now: DateTime<Utc>) -> Arc<Task> {
        let slot = match self.entries.entry(new.id) {
            hash_map::Entry::Occupied(entry) => return Arc::clone(&entry.get().task),
            hash_map::Entry::Vacant(slot) => slot,
        };
        let rank = self.index.queues.next_rank(&new.owner, new.priority);
        self.last_seq += 1;
        let task = Arc::new(Task::queued(new, rank, self.last_seq, now));
        self.index.insert(&task);
        slot.insert(Entry { task: Arc::clone(&task), result: None });
        task
    }

    /// The task as it stands.
    pub(super) fn get(&self, id: TaskId) -> Option<Arc<Task>> {
        self.entries.get(&id).map(|entry| Arc::clone(&entry.task))
    }

    /// What the task left.
    pub(super) fn result(&self, id: TaskId) -> Option<Arc<Value>> {
        self.entries.get(&id)?.result.clone()
    }

    /// Keeps what the task left.
    pub(super) fn keep_result(&mut self, id: TaskId, result: Arc<Value>) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.result = Some(result);
        }
    }

    /// One page of tasks, newest first.
    pub(super) fn page(&self, filter: &ListFilter) -> TaskPage {
        let limit = filter.limit.clamp(1, 1000);
        let mut ids = self.index.shelves.newest(filter);
        let tasks: Vec<_> = ids.by_ref().take(limit).filter_map(|id| self.get(id)).collect();
        let next_cursor = ids.next().and(tasks.last().map(|task| task.id()));
        TaskPage { tasks, next_cursor }
    }

    /// Makes one move of the state machine and brings the index along; an illegal one changes nothing. The
    /// lease of a task that is not there is lost. Readers that hold the record keep what they saw.
    pub(super) fn change(
        &mut self,
        id: TaskId,
        transition: impl FnOnce(&mut Task) -> Result<(), IllegalTransition>,
    ) -> Result<Arc<Task>, IllegalTransition> {
        let entry = self.entries.get_mut(&id).ok_or(IllegalTransition::LeaseLost)?;
        self.index.remove(&entry.task);
        let outcome = transition(Arc::make_mut(&mut entry.task));
        self.index.insert(&entry.task);
        outcome.map(|()| Arc::clone(&entry.task))
    }

    /// Queues a pending task again, at its owner's next place.
    pub(super) fn requeue(&mut self, id: TaskId) -> Result<(), IllegalTransition> {
        let Some(task) = self.get(id) else { return Ok(()) };
        let rank = self.index.queues.next_rank(&task.new.owner, task.new.priority);
        drop(task);
        self.change(id, |task| {
            task.promote()?;
            task.rank = rank;
            Ok(())
        })?;
        Ok(())
    }

    /// Deletes a task and what it left.
    pub(super) fn forget(&mut self, id: TaskId) {
        if let Some(entry) = self.entries.remove(&id) {
            self.index.remove(&entry.task);
        }
    }
}
