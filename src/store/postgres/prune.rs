//! What goes away by itself? Final tasks after their retention, tasks that nobody ran for as long, and the rows of
//! processes that were not seen for long.

use std::time::Duration;

use super::operation::{Operation, Told};
use super::rows;
use super::session::Session;
use crate::store::{PRUNE_BATCH, StoreError};
use crate::task::ProcessId;

/// Deletes final tasks whose retention is over, with all that belongs to them; answers how many.
pub(super) struct Delete;

impl Operation for Delete {
    type Answer = usize;

    fn told(deleted: &usize) -> Told {
        Told::Soon.of(*deleted)
    }

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const DELETE: &str = "WITH gone AS ( \
                 DELETE FROM testgen.task WHERE seq IN ( \
                     SELECT seq FROM testgen.task WHERE kept_until IS NOT NULL AND kept_until < $1 \
                     ORDER BY kept_until LIMIT $2 FOR UPDATE SKIP LOCKED \
                 ) RETURNING seq \
             ), counted AS ( \
                 INSERT INTO testgen.cleaned (number) SELECT count(*) FROM gone HAVING count(*) > 0 \
             ) SELECT count(*) FROM gone";
        const UNSEEN: &str = "DELETE FROM testgen.worker \
             WHERE greatest(lease_until, seen_until) + $2 < testgen.moment($1)";
        /// How long the row of a process that is gone stands, in microseconds.
        const REMEMBERED: i64 = 600_000_000;
        let statement =
            sqlx::query(DELETE).bind(rows::write_time(session.now())).bind(rows::write_count(PRUNE_BATCH));
        let deleted = rows::read_number(&session.row(statement).await?, 0)?;
        let given = session.hub.given_steady();
        session.execute(sqlx::query(UNSEEN).bind(given).bind(REMEMBERED)).await?;
        Ok(deleted)
    }
}

/// Fails what a dead process submitted longer ago than `expiry`, `limit` tasks at most; answers how many.
pub(super) struct Expire {
    pub(super) dead: ProcessId,
    pub(super) expiry: Duration,
    /// Lanes that a living process works: their tasks never expire.
    pub(super) live_lanes: Vec<String>,
    pub(super) limit: usize,
}

impl Operation for Expire {
    type Answer = usize;

    fn told(expired: &usize) -> Told {
        Told::AtOnce.of(*expired)
    }

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const OLD: &str = rows::select_tasks!(
            "WHERE status IN ('pending', 'queued') AND submitter = $1 AND created_at < $2 \
             AND (due IS NULL OR due < $2) \
             AND (kind <> 'webhook' OR (open_dependencies = 0 AND changed_at < $2)) \
             AND lane <> ALL ($3) ORDER BY created_at, seq LIMIT $4 FOR UPDATE OF task SKIP LOCKED"
        );
        let query = sqlx::query(OLD)
            .bind(self.dead.as_uuid())
            .bind(session.before(self.expiry))
            .bind(self.live_lanes.clone())
            .bind(rows::write_count(self.limit));
        let mut old = session.select(query).await?;
        for task in &mut old {
            task.expire(session.now())?;
        }
        session.save_all(&old).await?;
        Ok(old.len())
    }
}
