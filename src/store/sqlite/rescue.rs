//! What becomes of the tasks that a dead or hanging process ran? Back to the queue, or to their end.

use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::store::clock::boot;
use crate::task::{ProcessId, TaskId};

/// Takes all running tasks from a process that is dead, and forgets it; or from one that lives and has let its
/// lease run out, which may join again.
pub(super) struct Rescue {
    pub(super) process: ProcessId,
    pub(super) is_dead: bool,
}

impl Rescue {
    /// Whether the lease is still run out: the process may have renewed it since someone looked.
    async fn is_due(&self, session: &mut Session) -> Result<bool, StoreError> {
        const LAPSED: &str =
            "SELECT count(*) FROM worker WHERE process = ?1 AND boot = ?2 AND lease_until < ?3";
        if self.is_dead {
            return Ok(true);
        }
        let query = sqlx::query(LAPSED)
            .bind(rows::write_process(self.process))
            .bind(boot())
            .bind(session.clock.steady());
        Ok(session.count(query).await? > 0)
    }
}

impl Operation for Rescue {
    type Answer = Vec<TaskId>;

    async fn apply(&self, session: &mut Session) -> Result<Vec<TaskId>, StoreError> {
        const HELD: &str = rows::select_tasks!("WHERE status = 'running' AND process = ?1 ORDER BY seq");
        const FORGET: &str = "DELETE FROM worker WHERE process = ?1";
        if !self.is_due(session).await? {
            return Ok(Vec::new());
        }
        let holder = rows::write_process(self.process);
        let now = session.now();
        let held = session.select(sqlx::query(HELD).bind(holder.clone())).await?;
        let mut rescued = Vec::with_capacity(held.len());
        for mut task in held {
            task.rescue(now)?;
            session.save(&task).await?;
            rescued.push(task.id());
        }
        if self.is_dead {
            session.execute(sqlx::query(FORGET).bind(holder)).await?;
        }
        Ok(rescued)
    }
}
