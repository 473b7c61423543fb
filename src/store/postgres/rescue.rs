//! What becomes of the tasks of a process whose lease has run out? Back to the queue, or to their end. Every process
//! looks for them; the statement that takes them asks once more.

use super::operation::{Operation, Told, Way};
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{ProcessId, TaskId};

/// The other processes that run tasks and have let their lease run out. One whose row is gone has none.
pub(super) struct LapsedHolders;

impl Operation for LapsedHolders {
    type Answer = Vec<ProcessId>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Vec<ProcessId>, StoreError> {
        const LAPSED: &str = "SELECT DISTINCT task.process FROM testgen.task LEFT JOIN testgen.worker USING (process) \
             WHERE status = 'running' AND task.process <> $1 \
             AND coalesce(lease_until < (SELECT testgen.moment($2)), TRUE)";
        let query = sqlx::query(LAPSED).bind(session.process().as_uuid()).bind(session.hub.given_steady());
        rows::read_processes(&session.rows(query).await?)
    }
}

/// Takes all running tasks from a process whose lease has run out.
pub(super) struct Rescue {
    pub(super) process: ProcessId,
}

impl Rescue {
    /// Whether the lease is still run out: the process may have renewed it since someone looked. It cannot until this
    /// transaction is over.
    async fn is_due(&self, session: &mut Session) -> Result<bool, StoreError> {
        const LOCK: &str =
            "SELECT lease_until >= testgen.moment($2) FROM testgen.worker WHERE process = $1 FOR UPDATE";
        let query = sqlx::query(LOCK).bind(self.process.as_uuid()).bind(session.hub.given_steady());
        let found = session.rows(query).await?;
        Ok(match found.first() {
            Some(row) => !sqlx::Row::try_get::<bool, _>(row, 0)?,
            None => true,
        })
    }
}

impl Operation for Rescue {
    type Answer = Vec<TaskId>;

    fn told(rescued: &Vec<TaskId>) -> Told {
        Told::AtOnce.of(rescued.len())
    }

    async fn apply(&self, session: &mut Session) -> Result<Vec<TaskId>, StoreError> {
        const HELD: &str =
            rows::select_tasks!("WHERE status = 'running' AND process = $1 ORDER BY seq FOR UPDATE OF task");
        if !self.is_due(session).await? {
            return Ok(Vec::new());
        }
        let mut held = session.select(sqlx::query(HELD).bind(self.process.as_uuid())).await?;
        for task in &mut held {
            task.rescue(session.now())?;
        }
        session.save_all(&held).await?;
        Ok(held.iter().map(crate::task::Task::id).collect())
    }
}
