//! What is asked without writing? Everything here runs on read-only connections beside the writer.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, RwLockReadGuard};

use super::place::Place;
use super::session::Statement;
use super::{open, rows};
use crate::store::StoreError;
use crate::store::clock::boot;
use crate::task::{Kind, Lane, ListFilter, ProcessId, Task, TaskEvent, TaskId, TaskPage, TaskStatus};

/// A small pool of read-only connections.
#[derive(Debug)]
pub(super) struct Reader {
    place: Place,
    /// Written only by a pause, which replaces the pool and holds up reads until then.
    pool: Arc<RwLock<SqlitePool>>,
}

/// Reads wait until this is dropped.
pub(super) type PausedReader = OwnedRwLockWriteGuard<SqlitePool>;

impl Reader {
    /// Readers of a store that is ready; they connect when they are first used.
    pub(super) fn new(place: Place) -> Self {
        let pool = Arc::new(RwLock::new(open::reading_pool(&place)));
        Self { place, pool }
    }

    pub(super) async fn pool(&self) -> RwLockReadGuard<'_, SqlitePool> {
        self.pool.read().await
    }

    /// Which files are read.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Closes all connections for a while.
    pub(super) async fn pause(&self) -> PausedReader {
        let mut pool = Arc::clone(&self.pool).write_owned().await;
        let old = std::mem::replace(&mut *pool, open::reading_pool(&self.place));
        old.close().await;
        pool
    }

    /// Closes all connections for good.
    pub(super) async fn close(&self) {
        self.pool().await.close().await;
    }

    pub(super) async fn get(&self, id: TaskId) -> Result<Option<Arc<Task>>, StoreError> {
        const ONE: &str = rows::select_tasks!("WHERE id = ?1");
        let found = sqlx::query(ONE).bind(rows::write_id(id)).fetch_optional(&*self.pool().await).await?;
        Ok(found.as_ref().map(rows::read_task).transpose()?.map(Arc::new))
    }

    pub(super) async fn ended(&self, ids: &[TaskId]) -> Result<Vec<Arc<Task>>, StoreError> {
        const ENDED: &str = rows::select_tasks!(
            "WHERE id IN (SELECT unhex(value, '-') FROM json_each(?1)) AND completed_at IS NOT NULL"
        );
        let query = sqlx::query(ENDED).bind(rows::write_json(&ids)?);
        rows::read_shared(&query.fetch_all(&*self.pool().await).await?)
    }

    pub(super) async fn result(&self, id: TaskId) -> Result<Option<Arc<Value>>, StoreError> {
        const RESULT: &str =
            "SELECT result FROM task_result WHERE task = (SELECT seq FROM task WHERE id = ?1)";
        let found = sqlx::query(RESULT).bind(rows::write_id(id)).fetch_optional(&*self.pool().await).await?;
        let Some(row) = found else { return Ok(None) };
        rows::read_json(row.try_get(0)?, id).map(|result| Some(Arc::new(result)))
    }

    pub(super) async fn list(&self, filter: &ListFilter) -> Result<TaskPage, StoreError> {
        let limit = filter.limit.clamp(1, 1000);
        let found = listing(filter, limit + 1).fetch_all(&*self.pool().await).await?;
        let mut tasks = rows::read_shared(&found)?;
        let has_more = tasks.len() > limit;
        tasks.truncate(limit);
        let next_cursor = tasks.last().filter(|_| has_more).map(|task| task.id());
        Ok(TaskPage { tasks, next_cursor })
    }

    pub(super) async fn events(
        &self,
        id: TaskId,
        after: u32,
        limit: usize,
    ) -> Result<Option<Vec<TaskEvent>>, StoreError> {
        const KEPT: &str = "SELECT number, at, status, attempt, happening, detail FROM task_event \
             WHERE task = ?1 AND number > ?2 ORDER BY number LIMIT +?3";
        let Some(task) = self.get(id).await? else { return Ok(None) };
        let mut events = Vec::new();
        if after == 0 {
            events.push(TaskEvent::submission_of(&task));
        }
        let kept = sqlx::query(KEPT)
            .bind(task.seq)
            .bind(after)
            .bind(rows::write_count(limit.saturating_sub(events.len())))
            .fetch_all(&*self.pool().await)
            .await?;
        for row in &kept {
            events.push(rows::read_event(row, id)?);
        }
        events.truncate(limit);
        Ok(Some(events))
    }

    pub(super) async fn cancel_requests(&self, process: ProcessId) -> Result<Vec<TaskId>, StoreError> {
        const ASKED: &str =
            "SELECT id FROM task WHERE status = 'running' AND process = ?1 AND cancel_requested ORDER BY seq";
        let found =
            sqlx::query(ASKED).bind(rows::write_process(process)).fetch_all(&*self.pool().await).await?;
        found.iter().map(|row| read_first_uuid(row).map(TaskId::from)).collect()
    }

    /// When the next pending task is due.
    pub(super) async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        const NEXT: &str = "SELECT min(due) FROM task WHERE status = 'pending' AND due IS NOT NULL";
        let row = sqlx::query(NEXT).fetch_one(&*self.pool().await).await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(rows::read_time))
    }

    /// Whether the retention of a final task is over.
    pub(super) async fn has_any_kept_until(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        const FIRST: &str = "SELECT min(kept_until) FROM task WHERE kept_until IS NOT NULL";
        let row = sqlx::query(FIRST).fetch_one(&*self.pool().await).await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.is_some_and(|first| rows::read_time(first) < now))
    }

    /// The other processes that run tasks and have let their lease run out by this time of the steady clock.
    pub(super) async fn lapsed_holders(
        &self,
        but: ProcessId,
        steady: i64,
    ) -> Result<Vec<ProcessId>, StoreError> {
        const LAPSED: &str = "SELECT process FROM worker WHERE boot = ?1 AND lease_until < ?2 AND process <> ?3 \
             AND EXISTS (SELECT 1 FROM task WHERE status = 'running' AND task.process = worker.process)";
        self.processes(sqlx::query(LAPSED).bind(boot()).bind(steady).bind(rows::write_process(but))).await
    }

    /// All processes that run tasks or say that they work.
    pub(super) async fn workers(&self) -> Result<Vec<ProcessId>, StoreError> {
        const WORKERS: &str =
            "SELECT process FROM task WHERE status = 'running' UNION SELECT process FROM worker";
        self.processes(sqlx::query(WORKERS)).await
    }

    /// All processes that submitted tasks which wait. Skips from one to the next in the index, so that a
    /// million tasks of one process cost no more than one.
    pub(super) async fn submitters(&self) -> Result<Vec<ProcessId>, StoreError> {
        const SUBMITTERS: &str = "WITH RECURSIVE found (process) AS ( \
                 SELECT min(submitter) FROM task WHERE status IN ('pending', 'queued') \
                 UNION ALL \
                 SELECT (SELECT min(submitter) FROM task \
                         WHERE status IN ('pending', 'queued') AND submitter > found.process) \
                 FROM found WHERE found.process IS NOT NULL \
             ) SELECT process FROM found WHERE process IS NOT NULL";
        self.processes(sqlx::query(SUBMITTERS)).await
    }

    /// The processes that say they work, with their lanes.
    pub(super) async fn lanes_by_process(&self) -> Result<Vec<(ProcessId, Vec<Lane>)>, StoreError> {
        let found = sqlx::query("SELECT process, lanes FROM worker").fetch_all(&*self.pool().await).await?;
        found
            .iter()
            .map(|row| Ok((ProcessId::from(read_first_uuid(row)?), rows::read_lanes(row.try_get(1)?)?)))
            .collect()
    }

    async fn processes(&self, query: Statement) -> Result<Vec<ProcessId>, StoreError> {
        let found = query.fetch_all(&*self.pool().await).await?;
        found.iter().map(|row| read_first_uuid(row).map(ProcessId::from)).collect()
    }
}

/// A page and one task more, which tells whether there is another page.
fn listing(filter: &ListFilter, limit: usize) -> Statement {
    const ALL: &str = rows::select_tasks!("WHERE id < ?1 AND kind <> 'webhook' ORDER BY id DESC LIMIT +?2");
    const STATUS: &str =
        rows::select_tasks!("WHERE id < ?1 AND status = ?3 AND kind <> 'webhook' ORDER BY id DESC LIMIT +?2");
    const KIND: &str = rows::select_tasks!("WHERE id < ?1 AND kind = ?4 ORDER BY id DESC LIMIT +?2");
    const BOTH: &str =
        rows::select_tasks!("WHERE id < ?1 AND status = ?3 AND kind = ?4 ORDER BY id DESC LIMIT +?2");
    // With the owner last, so that each text has the arguments of the one without it.
    const OWN: &str = rows::select_tasks!(
        "WHERE id < ?1 AND owner = ?5 AND owner <> '' AND (?3 IS NULL OR status = ?3) \
             AND (?4 IS NULL OR kind = ?4) ORDER BY id DESC LIMIT +?2"
    );
    const NOBODYS: &str = rows::select_tasks!(
        "WHERE id < ?1 AND owner = ?5 AND (?3 IS NULL OR status = ?3) \
             AND (?4 IS NULL OR kind = ?4) ORDER BY id DESC LIMIT +?2"
    );
    // One byte longer than any id, and so above all of them.
    let below = filter.cursor.map_or(vec![u8::MAX; 17], rows::write_id);
    let sql = match (filter.owner.as_deref(), filter.status, &filter.kind) {
        (Some(""), ..) => NOBODYS,
        (Some(_), ..) => OWN,
        (None, None, None) => ALL,
        (None, Some(_), None) => STATUS,
        (None, None, Some(_)) => KIND,
        (None, Some(_), Some(_)) => BOTH,
    };
    sqlx::query(sql)
        .bind(below)
        .bind(rows::write_count(limit))
        .bind(filter.status.map(TaskStatus::as_str))
        .bind(filter.kind.as_ref().map(Kind::as_str).map(str::to_owned))
        .bind(filter.owner.as_deref().map(str::to_owned))
}

fn read_first_uuid(row: &SqliteRow) -> Result<uuid::Uuid, StoreError> {
    rows::read_uuid(row.try_get(0)?)
}
