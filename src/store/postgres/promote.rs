//! How do tasks get back into the queue? When they are due, at their owner's next place.

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::operation::{Operation, Told, Way};
use super::places::line_up;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::Task;

/// How many tasks are promoted in one transaction.
const PROMOTE_BATCH: usize = 500;

/// When the next pending task is due, and what time it is, both by the database's clock.
pub(super) struct NextDue;

impl Operation for NextDue {
    type Answer = (Option<DateTime<Utc>>, DateTime<Utc>);

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        const NEXT: &str = "SELECT min(due), testgen.moment($1) FROM testgen.task \
             WHERE status = 'pending' AND due IS NOT NULL";
        let given = session.hub.given_now();
        let row = session.row(sqlx::query(NEXT).bind(given)).await?;
        let now = rows::read_time(row.try_get(1)?);
        session.hub.note_time(now);
        Ok((row.try_get::<Option<i64>, _>(0)?.map(rows::read_time), now))
    }
}

/// Queues the tasks that are due, a batch of them at most; answers how many. What another process is queueing is left
/// to it.
pub(super) struct Promote;

impl Operation for Promote {
    type Answer = usize;

    fn told(promoted: &usize) -> Told {
        Told::AtOnce.of(*promoted)
    }

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const DUE: &str = rows::select_tasks!(
            "WHERE status = 'pending' AND due IS NOT NULL AND due <= $1 ORDER BY due, id LIMIT $2 \
             FOR UPDATE OF task SKIP LOCKED"
        );
        let now = rows::write_time(session.now());
        let mut due =
            session.select(sqlx::query(DUE).bind(now).bind(rows::write_count(PROMOTE_BATCH))).await?;
        requeue(session, &mut due).await?;
        Ok(due.len())
    }
}

/// Queues pending tasks again, at their owners' next places.
pub(super) async fn requeue(session: &mut Session, tasks: &mut [Task]) -> Result<(), StoreError> {
    for task in tasks.iter_mut() {
        task.promote(session.now())?;
    }
    line_up(session, tasks).await?;
    session.save_rows(tasks).await
}
