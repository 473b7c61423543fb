//! How do tasks get back into the queue? When they are due, at their owner's next place.

use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::Task;

/// How many tasks are promoted in one transaction.
const PROMOTE_BATCH: usize = 500;

/// Queues the tasks that are due, a batch of them at most; answers how many.
pub(super) struct Promote;

impl Operation for Promote {
    type Answer = usize;

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const DUE: &str = rows::select_tasks!(
            "WHERE status = 'pending' AND due IS NOT NULL AND due <= ?1 ORDER BY due, id LIMIT +?2"
        );
        let now = rows::write_time(session.now());
        let mut due =
            session.select(sqlx::query(DUE).bind(now).bind(rows::write_count(PROMOTE_BATCH))).await?;
        for task in &mut due {
            requeue(session, task).await?;
        }
        Ok(due.len())
    }
}

/// Queues a pending task again, at its owner's next place.
pub(super) async fn requeue(session: &mut Session, task: &mut Task) -> Result<(), StoreError> {
    task.promote(session.now())?;
    session.save_at_next_place(task).await
}
