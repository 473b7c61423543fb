//! How is the queue? The figures of a store, none of which scans its tasks.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::reader::Reader;
use super::rows;
use crate::store::StoreError;
use crate::task::{ByPriority, Lane, Priority, QueueStats, Recent, Tally, TaskStatus};

impl Reader {
    /// All but the living workers, which are told by their locks.
    pub(super) async fn stats(&self, now: DateTime<Utc>) -> Result<QueueStats, StoreError> {
        Ok(QueueStats {
            oldest_queued_seconds: self.oldest_queued(now).await?,
            created_last_minute: self.created_since(now - TimeDelta::minutes(1)).await?,
            recent: self.recent().await?,
            models: self.models().await?,
            cleaned_up: self.number("SELECT number FROM cleaned").await?,
            ..self.counts().await?
        })
    }

    async fn counts(&self) -> Result<QueueStats, StoreError> {
        const TALLY: &str = "SELECT status, priority, sum(number) FROM tally WHERE lane <> 'webhook' AND lane NOT LIKE 'webhook/%' \
             GROUP BY status, priority";
        let mut figures = QueueStats::default();
        let mut depths = ByPriority::default();
        for row in sqlx::query(TALLY).fetch_all(&*self.pool().await).await? {
            let status = row.try_get::<&str, _>(0)?.parse().map_err(StoreError::Corrupt)?;
            let number = rows::read_number(&row, 2)?;
            figures.count(status, number);
            if let Some(priority) =
                Priority::from_number(row.try_get(1)?).filter(|_| status == TaskStatus::Queued)
            {
                depths.count(priority, number);
            }
        }
        figures.queued_by_priority = depths;
        Ok(figures)
    }

    /// How many tasks there are, of one owner or of all.
    pub(super) async fn tally(&self, owner: Option<&str>) -> Result<Tally, StoreError> {
        const ALL: &str = "SELECT status, lane, sum(number) FROM tally GROUP BY status, lane";
        const OWN: &str = "SELECT status, lane, sum(number) FROM tally \
             WHERE status IN ('pending', 'queued', 'running', 'completed', 'failed', 'cancelled') AND owner = ?1 \
             GROUP BY status, lane";
        let query = match owner {
            None => sqlx::query(ALL),
            Some(owner) => sqlx::query(OWN).bind(owner.to_owned()),
        };
        let mut tally = Tally::default();
        for row in query.fetch_all(&*self.pool().await).await? {
            let status = row.try_get::<&str, _>(0)?.parse().map_err(StoreError::Corrupt)?;
            let lane = Lane::from(row.try_get::<String, _>(1)?);
            tally.add(status, lane.kind(), rows::read_number(&row, 2)?);
        }
        Ok(tally)
    }

    async fn oldest_queued(&self, now: DateTime<Utc>) -> Result<Option<f64>, StoreError> {
        // Ids begin with the time: the lowest is the oldest.
        const OLDEST: &str = "SELECT created_at FROM task WHERE status = 'queued' AND kind <> 'webhook' \
             ORDER BY id LIMIT 1";
        let oldest = sqlx::query(OLDEST).fetch_optional(&*self.pool().await).await?;
        let Some(row) = oldest else { return Ok(None) };
        let created_at = rows::read_time(row.try_get(0)?);
        Ok(Some((now - created_at).as_seconds_f64().max(0.0)))
    }

    /// Counted from the newest back to the first that is older.
    async fn created_since(&self, since: DateTime<Utc>) -> Result<u64, StoreError> {
        const SINCE: &str = "SELECT count(*) FROM task WHERE kind <> 'webhook' AND seq > coalesce( \
             (SELECT seq FROM task WHERE created_at <= ?1 ORDER BY seq DESC LIMIT 1), 0)";
        let query = sqlx::query(SINCE).bind(rows::write_time(since));
        rows::read_number(&query.fetch_one(&*self.pool().await).await?, 0)
    }

    async fn recent(&self) -> Result<Recent, StoreError> {
        const LAST: &str = "SELECT status, started_at, completed_at FROM task \
             WHERE completed_at IS NOT NULL AND kind <> 'webhook' ORDER BY completed_at DESC LIMIT +?1";
        let query = sqlx::query(LAST).bind(rows::write_count(QueueStats::RECENT));
        let found = query.fetch_all(&*self.pool().await).await?;
        let endings: Vec<_> = found.iter().map(ending).collect::<Result<_, _>>()?;
        Ok(Recent::of(endings.into_iter()))
    }

    async fn number(&self, sql: &'static str) -> Result<u64, StoreError> {
        rows::read_number(&sqlx::query(sql).fetch_one(&*self.pool().await).await?, 0)
    }
}

type Ending = (TaskStatus, Option<DateTime<Utc>>, DateTime<Utc>);

fn ending(row: &SqliteRow) -> Result<Ending, StoreError> {
    let status = row.try_get::<&str, _>(0)?.parse().map_err(StoreError::Corrupt)?;
    let started: Option<i64> = row.try_get(1)?;
    Ok((status, started.map(rows::read_time), rows::read_time(row.try_get(2)?)))
}
