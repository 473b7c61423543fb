//! What goes away by itself? Final tasks after their retention, and tasks that nobody ran for as long.

use chrono::{DateTime, Utc};

use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::{PRUNE_BATCH, StoreError};
use crate::task::ProcessId;

/// Deletes final tasks that were kept until before `now`, with all that belongs to them; answers how many.
pub(super) struct Delete {
    pub(super) now: DateTime<Utc>,
}

impl Operation for Delete {
    type Answer = usize;

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const DELETE: &str = "DELETE FROM task WHERE seq IN (SELECT seq FROM task \
             WHERE kept_until IS NOT NULL AND kept_until < ?1 ORDER BY kept_until LIMIT +?2)";
        const COUNT: &str = "UPDATE cleaned SET number = number + ?1; DELETE FROM tally WHERE number = 0";
        let statement =
            sqlx::query(DELETE).bind(rows::write_time(self.now)).bind(rows::write_count(PRUNE_BATCH));
        let deleted = usize::try_from(session.execute(statement).await?).unwrap_or(usize::MAX);
        session.execute(sqlx::query(COUNT).bind(rows::write_count(deleted))).await?;
        Ok(deleted)
    }
}

/// Fails what a dead process submitted before `cutoff` (of webhooks: what nothing happened to since, from the end of
/// their task on), `limit` tasks at most; answers how many.
pub(super) struct Expire {
    pub(super) dead: ProcessId,
    pub(super) cutoff: DateTime<Utc>,
    /// Lanes that a living process works, as a JSON array: their tasks never expire.
    pub(super) live_lanes: String,
    pub(super) limit: usize,
}

impl Operation for Expire {
    type Answer = usize;

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const OLD: &str = rows::select_tasks!(
            "WHERE status IN ('pending', 'queued') AND submitter = ?1 AND created_at < ?2 \
             AND (due IS NULL OR due < ?2) \
             AND (kind <> 'webhook' OR (open_dependencies = 0 AND changed_at < ?2)) \
             AND lane NOT IN (SELECT value FROM json_each(?3)) ORDER BY created_at, seq LIMIT +?4"
        );
        let query = sqlx::query(OLD)
            .bind(rows::write_process(self.dead))
            .bind(rows::write_time(self.cutoff))
            .bind(self.live_lanes.clone())
            .bind(rows::write_count(self.limit));
        let now = session.now();
        let mut old = session.select(query).await?;
        // All of them before any that waits for another is told: each ends once.
        for task in &mut old {
            task.expire(now)?;
            session.save_row(task).await?;
        }
        for task in &old {
            session.saved(task).await?;
        }
        Ok(old.len())
    }
}
