//! Where is a task to be found? Every index over the tasks, brought along by each transition.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::queues::Queues;
use super::shelves::Shelves;
use crate::task::{State, Task, TaskId, Wait};

/// All indexes; each holds exactly the tasks whose present state belongs there.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) queues: Queues,
    pub(super) shelves: Shelves,
    /// The tasks of each owner that has a name, once more.
    named: HashMap<Box<str>, Shelves>,
    /// Pending tasks that become eligible by themselves.
    due: BTreeSet<(DateTime<Utc>, TaskId)>,
    /// Pending tasks by owner.
    pending: HashMap<Box<str>, u64>,
    /// Final tasks by the end of their retention.
    kept: BTreeSet<(DateTime<Utc>, TaskId)>,
}

impl Index {
    /// Adds a task as it stands now.
    pub(super) fn insert(&mut self, task: &Task) {
        self.shelves.insert(task);
        if !task.new.owner.is_empty() {
            self.named.entry(task.new.owner.clone()).or_default().insert(task);
        }
        match task.state {
            State::Queued => self.queues.insert(task),
            State::Pending { wait } => {
                *self.pending.entry(task.new.owner.clone()).or_default() += 1;
                if let Wait::Due(due) = wait {
                    self.due.insert((due, task.id()));
                }
            }
            State::Running { .. } => (),
            State::Completed | State::Failed | State::Cancelled => {
                self.kept.extend(task.kept_until().map(|until| (until, task.id())));
            }
        }
    }

    /// Removes a task as it stands now, before it changes or goes.
    pub(super) fn remove(&mut self, task: &Task) {
        self.shelves.remove(task);
        self.remove_named(task);
        match task.state {
            State::Queued => self.queues.remove(task),
            State::Pending { wait } => {
                self.forget_pending(&task.new.owner);
                if let Wait::Due(due) = wait {
                    self.due.remove(&(due, task.id()));
                }
            }
            State::Running { .. } => (),
            State::Completed | State::Failed | State::Cancelled => {
                task.kept_until().map(|until| self.kept.remove(&(until, task.id())));
            }
        }
    }

    fn remove_named(&mut self, task: &Task) {
        if task.new.owner.is_empty() {
            return;
        }
        if let Some(shelves) = self.named.get_mut(&task.new.owner) {
            shelves.remove(task);
            if shelves.is_empty() {
                self.named.remove(&task.new.owner);
            }
        }
    }

    /// Where to look for the tasks of an owner; for nobody's, among all.
    pub(super) fn shelves_of(&self, owner: Option<&str>) -> Option<&Shelves> {
        match owner {
            None | Some("") => Some(&self.shelves),
            Some(owner) => self.named.get(owner),
        }
    }

    /// The tasks of each owner that has a name.
    pub(super) fn shelves_of_named(&self) -> impl Iterator<Item = &Shelves> {
        self.named.values()
    }

    fn forget_pending(&mut self, owner: &str) {
        if let Some(number) = self.pending.get_mut(owner) {
            *number -= 1;
            if *number == 0 {
                self.pending.remove(owner);
            }
        }
    }

    /// How many tasks of an owner wait: queued and pending.
    pub(super) fn waiting_of_owner(&self, owner: &str) -> u64 {
        self.queues.count_of_owner(owner) + self.pending.get(owner).copied().unwrap_or_default()
    }

    /// The first pending task that is due by `now`.
    pub(super) fn first_due(&self, now: DateTime<Utc>) -> Option<TaskId> {
        self.due.first().filter(|(due, _)| *due <= now).map(|(_, id)| *id)
    }

    /// When the next pending task is due.
    pub(super) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.due.first().map(|(due, _)| *due)
    }

    /// The final task whose retention ended first, if it has.
    pub(super) fn first_kept_until(&self, now: DateTime<Utc>) -> Option<TaskId> {
        self.kept.first().filter(|(until, _)| *until < now).map(|(_, id)| *id)
    }
}
