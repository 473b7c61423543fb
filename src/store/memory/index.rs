//! Where is a task to be found? Every index over the tasks, brought along by each transition.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::queues::Queues;
use super::shelves::Shelves;
use crate::task::{State, Task, TaskId};

/// All indexes; each holds exactly the tasks whose present state belongs there.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) queues: Queues,
    pub(super) shelves: Shelves,
    /// Pending tasks that become eligible by themselves.
    due: BTreeSet<(DateTime<Utc>, TaskId)>,
    /// Final tasks by their end.
    finished: BTreeSet<(DateTime<Utc>, TaskId)>,
}

impl Index {
    /// Adds a task as it stands now.
    pub(super) fn insert(&mut self, task: &Task) {
        self.shelves.insert(task);
        match task.state {
            State::Queued => self.queues.insert(task),
            State::Pending { due: Some(due) } => _ = self.due.insert((due, task.id())),
            State::Pending { due: None } | State::Running { .. } => (),
            State::Completed | State::Failed | State::Cancelled => {
                self.finished.extend(task.completed_at.map(|ended| (ended, task.id())));
            }
        }
    }

    /// Removes a task as it stands now, before it changes or goes.
    pub(super) fn remove(&mut self, task: &Task) {
        self.shelves.remove(task);
        match task.state {
            State::Queued => self.queues.remove(task),
            State::Pending { due: Some(due) } => _ = self.due.remove(&(due, task.id())),
            State::Pending { due: None } | State::Running { .. } => (),
            State::Completed | State::Failed | State::Cancelled => {
                task.completed_at.map(|ended| self.finished.remove(&(ended, task.id())));
            }
        }
    }

    /// The first pending task that is due by `now`.
    pub(super) fn first_due(&self, now: DateTime<Utc>) -> Option<TaskId> {
        self.due.first().filter(|(due, _)| *due <= now).map(|(_, id)| *id)
    }

    /// When the next pending task is due.
    pub(super) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.due.first().map(|(due, _)| *due)
    }

    /// The task that ended first, if it ended before `cutoff`.
    pub(super) fn first_ended_before(&self, cutoff: DateTime<Utc>) -> Option<TaskId> {
        self.finished.first().filter(|(ended, _)| *ended < cutoff).map(|(_, id)| *id)
    }
}
