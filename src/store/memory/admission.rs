//! May a new task come in, and how? Known keys, limits and dependencies are looked at before anything is kept.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::state::State;
use crate::store::{Limits, StoreError};
use crate::task::{NewTask, Task};

impl State {
    /// Keeps a new task, or answers the one that is there.
    pub(super) fn admit(
        &mut self,
        new: NewTask,
        limits: &Limits,
        now: DateTime<Utc>,
    ) -> Result<Arc<Task>, StoreError> {
        if new.terms.is_none() && !limits.concern_submission() {
            return Ok(self.insert(new, 0, now));
        }
        if let Some(known) = self.get(new.id) {
            return Ok(known);
        }
        if let Some(known) = self.known_by_key(&new)? {
            return Ok(known);
        }
        if !new.work.follows_any_end() {
            self.check_room(&new.owner, limits)?;
        }
        self.admit_on_terms(new, now)
    }

    /// Whether this key of an owner stands for a task; an error when that task asks for something else.
    fn known_by_key(&self, new: &NewTask) -> Result<Option<Arc<Task>>, StoreError> {
        let Some(key) = new.idempotency_key() else { return Ok(None) };
        let known = self.keys.get(&(new.owner.clone(), key.into()));
        let Some(task) = known.and_then(|id| self.get(*id)) else { return Ok(None) };
        if task.new.asks_the_same(new) {
            return Ok(Some(task));
        }
        Err(StoreError::KeyTaken { key: key.into(), id: task.id() })
    }

    fn check_room(&self, owner: &str, limits: &Limits) -> Result<(), StoreError> {
        if limits.queued.is_some() {
            limits.check_queue(self.index.shelves.count().queue_size)?;
        }
        if limits.queued_per_owner.is_some() {
            limits.check_owner(owner, self.index.waiting_of_owner(owner))?;
        }
        Ok(())
    }

    fn admit_on_terms(&mut self, new: NewTask, now: DateTime<Utc>) -> Result<Arc<Task>, StoreError> {
        let dependencies = self.dependencies_of(&new)?;
        let (id, owner) = (new.id, new.owner.clone());
        let key = new.idempotency_key().map(Box::from);
        let open = if dependencies.broken.is_some() || dependencies.have_completed {
            // Pending for a moment, so that the end of its wait is a move like any other.
            1
        } else {
            u32::try_from(dependencies.open.len()).unwrap_or(u32::MAX)
        };
        let mut task = self.insert(new, open, now);
        if let Some(key) = key {
            self.keys.insert((owner, key), id);
        }
        if let Some(reason) = &dependencies.broken {
            task = self.change(id, now, |task| task.dependency_failed(reason, now))?;
        } else if dependencies.have_completed {
            task = self.change(id, now, |task| task.dependency_completed(now))?;
        } else {
            for awaited in dependencies.open {
                self.add_dependant(awaited, id);
            }
        }
        Ok(task)
    }
}
