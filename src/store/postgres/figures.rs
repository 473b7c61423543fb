//! How is the queue? The figures of a store, none of which scans its tasks.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::models;
use super::operation::{Operation, Way};
use super::rows;
use super::session::Session;
use super::text;
use crate::store::StoreError;
use crate::task::{ByPriority, Lane, Priority, QueueStats, Recent, Tally, TaskStatus};

/// All figures.
pub(super) struct Stats;

impl Operation for Stats {
    type Answer = QueueStats;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<QueueStats, StoreError> {
        const NOW: &str = "SELECT testgen.moment($1)";
        const WORKERS: &str = "SELECT count(*) FROM testgen.worker \
             WHERE lanes <> '{}' AND lease_until >= (SELECT testgen.moment($1))";
        const CLEANED: &str = "SELECT coalesce(sum(number), 0)::bigint FROM testgen.cleaned";
        let given = session.hub.given();
        let row = session.row(sqlx::query(NOW).bind(given.map(|(now, _)| now))).await?;
        let now = rows::read_time(row.try_get(0)?);
        Ok(QueueStats {
            oldest_queued_seconds: oldest_queued(session, now).await?,
            workers: session.count(sqlx::query(WORKERS).bind(given.map(|(_, steady)| steady))).await?,
            created_last_minute: created_since(session, now - TimeDelta::minutes(1)).await?,
            recent: recent(session).await?,
            models: models::all(session).await?,
            cleaned_up: session.count(sqlx::query(CLEANED)).await?,
            ..counts(session).await?
        })
    }
}

/// How many tasks there are, of one owner or of all.
pub(super) struct Tallied {
    pub(super) owner: Option<Box<str>>,
}

impl Operation for Tallied {
    type Answer = Tally;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Tally, StoreError> {
        const TALLY: &str = "SELECT status, lane, sum(number)::bigint FROM testgen.tally \
             WHERE $1::text IS NULL OR owner = $1 GROUP BY status, lane";
        let mut tally = Tally::default();
        for row in session.rows(sqlx::query(TALLY).bind(self.owner.as_deref().map(text::write))).await? {
            let status = row.try_get::<&str, _>(0)?.parse().map_err(StoreError::Corrupt)?;
            let lane = Lane::from(row.try_get::<String, _>(1)?);
            tally.add(status, lane.kind(), rows::read_number(&row, 2)?);
        }
        Ok(tally)
    }
}

async fn counts(session: &mut Session) -> Result<QueueStats, StoreError> {
    const TALLY: &str = "SELECT status, priority, sum(number)::bigint FROM testgen.tally WHERE lane <> 'webhook' AND lane NOT LIKE 'webhook/%' \
         GROUP BY status, priority";
    let mut figures = QueueStats::default();
    let mut depths = ByPriority::default();
    for row in session.rows(sqlx::query(TALLY)).await? {
        let status = row.try_get::<&str, _>(0)?.parse().map_err(StoreError::Corrupt)?;
        let number = rows::read_number(&row, 2)?;
        figures.count(status, number);
        let priority = Priority::from_number(row.try_get(1)?);
        if let Some(priority) = priority.filter(|_| status == TaskStatus::Queued) {
            depths.count(priority, number);
        }
    }
    figures.queued_by_priority = depths;
    Ok(figures)
}

async fn oldest_queued(session: &mut Session, now: DateTime<Utc>) -> Result<Option<f64>, StoreError> {
    // Ids begin with the time: the lowest is the oldest.
    const OLDEST: &str = "SELECT created_at FROM testgen.task WHERE status = 'queued' AND kind <> 'webhook' \
         ORDER BY id LIMIT 1";
    let found = session.rows(sqlx::query(OLDEST)).await?;
    let Some(row) = found.first() else { return Ok(None) };
    let created_at = rows::read_time(row.try_get(0)?);
    Ok(Some((now - created_at).as_seconds_f64().max(0.0)))
}

/// Counted from the newest back to the first that is older.
async fn created_since(session: &mut Session, since: DateTime<Utc>) -> Result<u64, StoreError> {
    const SINCE: &str = "SELECT count(*) FROM testgen.task WHERE kind <> 'webhook' AND seq > coalesce( \
         (SELECT seq FROM testgen.task WHERE created_at <= $1 ORDER BY seq DESC LIMIT 1), 0)";
    session.count(sqlx::query(SINCE).bind(rows::write_time(since))).await
}

async fn recent(session: &mut Session) -> Result<Recent, StoreError> {
    const LAST: &str = "SELECT status, started_at, completed_at FROM testgen.task \
         WHERE completed_at IS NOT NULL AND kind <> 'webhook' ORDER BY completed_at DESC LIMIT $1";
    let query = sqlx::query(LAST).bind(rows::write_count(QueueStats::RECENT));
    let found = session.rows(query).await?;
    let endings: Vec<_> = found.iter().map(ending).collect::<Result<_, _>>()?;
    Ok(Recent::of(endings.into_iter()))
}

type Ending = (TaskStatus, Option<DateTime<Utc>>, DateTime<Utc>);

fn ending(row: &PgRow) -> Result<Ending, StoreError> {
    let status = row.try_get::<&str, _>(0)?.parse().map_err(StoreError::Corrupt)?;
    let started: Option<i64> = row.try_get(1)?;
    Ok((status, started.map(rows::read_time), rows::read_time(row.try_get(2)?)))
}
