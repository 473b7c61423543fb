//! What does the end of a task mean for those that wait for it? The next ones are queued, or fail in turn.

use chrono::{DateTime, Utc};

use super::state::State;
use crate::store::StoreError;
use crate::task::{IllegalTransition, NewTask, State as TaskState, TaskId, TaskStatus, Wait};

/// What a new task depends on, as it stands at its submission.
#[derive(Debug, Default)]
pub(super) struct Dependencies {
    /// Those that have not ended.
    pub(super) open: Vec<TaskId>,
    /// Whether there are any, and all have completed.
    pub(super) have_completed: bool,
    /// Why the new task fails at once: one of them has ended without success.
    pub(super) broken: Option<String>,
}

impl State {
    /// Looks at the tasks that a new one depends on.
    pub(super) fn dependencies_of(&self, new: &NewTask) -> Result<Dependencies, StoreError> {
        let mut dependencies = Dependencies::default();
        for id in new.depends_on() {
            let awaited = self.peek(*id).ok_or(StoreError::UnknownDependency { id: *id })?;
            match awaited.status() {
                TaskStatus::Completed => {}
                status if status.is_final() => {
                    dependencies.broken.get_or_insert_with(|| awaited.reason_for_dependants());
                }
                _ => dependencies.open.push(*id),
            }
        }
        dependencies.open.sort_unstable();
        dependencies.open.dedup();
        dependencies.have_completed = dependencies.open.is_empty() && !new.depends_on().is_empty();
        Ok(dependencies)
    }

    /// Brings the end of a task to those that wait for it, and theirs to the next, however long the chain is.
    pub(super) fn tell_dependants(
        &mut self,
        ended: TaskId,
        now: DateTime<Utc>,
    ) -> Result<(), IllegalTransition> {
        let mut to_tell = vec![ended];
        while let Some(id) = to_tell.pop() {
            for dependant in self.dependants.remove(&id).unwrap_or_default() {
                if self.tell(dependant, id, now)? {
                    to_tell.push(dependant);
                }
            }
        }
        Ok(())
    }

    /// Tells one dependant; answers whether it has ended by that.
    fn tell(
        &mut self,
        dependant: TaskId,
        ended: TaskId,
        now: DateTime<Utc>,
    ) -> Result<bool, IllegalTransition> {
        let waits =
            |state: &TaskState| matches!(state, TaskState::Pending { wait: Wait::Dependencies { .. } });
        let Some(awaited) = self.get(ended) else { return Ok(false) };
        let Some(task) = self.peek(dependant).filter(|task| waits(&task.state)) else { return Ok(false) };
        let rank = self.index.queues.next_rank(&task.new.owner, task.new.priority);
        let task = if awaited.status() == TaskStatus::Completed {
            self.step(dependant, |task| {
                task.dependency_completed(now)?;
                if task.state == TaskState::Queued {
                    task.rank = rank;
                }
                Ok(())
            })?
        } else {
            let reason = awaited.reason_for_dependants();
            self.step(dependant, |task| {
                task.dependency_failed(&reason, now)?;
                if task.state == TaskState::Queued {
                    task.rank = rank;
                }
                Ok(())
            })?
        };
        Ok(task.status().is_final())
    }
}
