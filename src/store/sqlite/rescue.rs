//! What becomes of the tasks that a dead process ran? Back to the queue, or to their end.

use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{ProcessId, TaskId};

/// Takes all running tasks from a process that is dead, and forgets it.
pub(super) struct Rescue {
    pub(super) dead: ProcessId,
}

impl Operation for Rescue {
    type Answer = Vec<TaskId>;

    async fn apply(&self, session: &mut Session) -> Result<Vec<TaskId>, StoreError> {
        const HELD: &str = rows::select_tasks!("WHERE status = 'running' AND process = ?1 ORDER BY seq");
        const FORGET: &str = "DELETE FROM worker WHERE process = ?1";
        let dead = rows::write_process(self.dead);
        let now = session.now();
        let held = session.select(sqlx::query(HELD).bind(dead.clone())).await?;
        let mut rescued = Vec::with_capacity(held.len());
        for mut task in held {
            task.rescue(now)?;
            session.save(&task).await?;
            rescued.push(task.id());
        }
        session.execute(sqlx::query(FORGET).bind(dead)).await?;
        Ok(rescued)
    }
}
