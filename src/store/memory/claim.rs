//! Which tasks run next? The first of their lanes; where limits hold, the first of those that may run.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::state::State;
use crate::store::limits::Running;
use crate::store::{Limits, StoreError};
use crate::task::{Lane, ListFilter, ProcessId, Task, TaskId, TaskStatus};

impl State {
    /// Takes up to `wanted` tasks of these lanes for a process.
    pub(super) fn claim(
        &mut self,
        lanes: &[Lane],
        wanted: usize,
        limits: &Limits,
        (process, now): (ProcessId, DateTime<Utc>),
    ) -> Result<Vec<Arc<Task>>, StoreError> {
        let mut claimed = Vec::new();
        let Some(limits) = limits.of_claim(lanes) else {
            while claimed.len() < wanted {
                let Some(id) = self.index.queues.first(lanes) else { break };
                claimed.push(self.take(id, process, now)?);
            }
            return Ok(claimed);
        };
        let mut running = self.running(lanes);
        for _ in 0..running.room(&limits, wanted) {
            let Some(id) = self.first_allowed(lanes, &limits, &running) else { break };
            let task = self.take(id, process, now)?;
            running.count(&task.new.owner, &task.new.lane, 1);
            claimed.push(task);
        }
        Ok(claimed)
    }

    fn take(&mut self, id: TaskId, process: ProcessId, now: DateTime<Utc>) -> Result<Arc<Task>, StoreError> {
        let task = self.change(id, now, |task| task.claim(process, now))?;
        self.index.queues.pass_turn(&task);
        Ok(task)
    }

    /// The first task of all lanes that no limit holds back.
    fn first_allowed(&self, lanes: &[Lane], limits: &Limits, running: &Running) -> Option<TaskId> {
        let open = lanes.iter().filter(|lane| running.has_room_in_lane(limits, lane));
        let allowed = |id: &TaskId| {
            self.peek(*id).is_some_and(|task| running.has_room_for_owner(limits, &task.new.owner))
        };
        open.filter_map(|lane| self.index.queues.in_order(lane).find(|(_, id)| allowed(id)))
            .min_by(|(one, _), (other, _)| one.cmp(other))
            .map(|(_, id)| id)
    }

    /// What runs beside these lanes, counted; there are never more than workers.
    fn running(&self, lanes: &[Lane]) -> Running {
        let mut running = Running::beside(lanes);
        let filter = ListFilter { status: Some(TaskStatus::Running), ..ListFilter::default() };
        for task in self.index.shelves.newest(&filter).filter_map(|id| self.peek(id)) {
            running.count(&task.new.owner, &task.new.lane, 1);
        }
        running
    }
}
