//! What happened to all tasks of one owner? One writes at a time, so that the numbers are in the order of the commits.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow};

use super::operation::Operation;
use super::reader::Reader;
use super::rows;
use super::session::Session;
use crate::store::{FEED_RENEWAL, StoreError};
use crate::task::{Feed, FeedEvent, FeedPlace, Task, TaskEvent, TaskId};

/// How many events of a feed are let go of at once.
const LET_GO_BATCH: usize = 1_000;

/// The number of the newest event of all.
macro_rules! newest {
    () => {
        "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'feed'), 0)"
    };
}

/// Keeps the feed of an owner from now on; answers where it stands.
pub(super) struct Follow {
    pub(super) owner: Box<str>,
}

impl Operation for Follow {
    type Answer = FeedPlace;

    async fn apply(&self, session: &mut Session) -> Result<FeedPlace, StoreError> {
        const FOLLOW: &str = concat!(
            "INSERT INTO feed_owner (owner, lost, followed_at) VALUES (?1, ",
            newest!(),
            ", ?2) ON CONFLICT (owner) DO UPDATE SET followed_at = excluded.followed_at"
        );
        // A number of a store that lay here before is none of this one: it begins behind all that came out of that in its time.
        const BEGIN: &str = "INSERT INTO sqlite_sequence (name, seq) SELECT 'feed', ?1 \
             WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'feed')";
        session.execute(sqlx::query(BEGIN).bind(session.now().timestamp_micros())).await?;
        let now = rows::write_time(session.now());
        session.execute(sqlx::query(FOLLOW).bind(self.owner.to_string()).bind(now)).await?;
        let newest = sqlx::query(concat!("SELECT ", newest!())).fetch_one(&mut session.connection).await?;
        read_place(&newest, 0)
    }
}

/// Lets go of the feed of an owner whom nobody has followed since `cutoff`, a batch of its events; answers whether there was
/// one.
pub(super) struct LetGo {
    pub(super) cutoff: DateTime<Utc>,
}

impl Operation for LetGo {
    type Answer = bool;

    async fn apply(&self, session: &mut Session) -> Result<bool, StoreError> {
        const OLD: &str = "SELECT owner FROM feed_owner WHERE followed_at < ?1 LIMIT 1";
        // Whoever comes back while this goes on has missed what is gone.
        const LOST: &str = concat!("UPDATE feed_owner SET lost = ", newest!(), " WHERE owner = ?1");
        const SOME: &str = "DELETE FROM feed WHERE number IN \
             (SELECT number FROM feed WHERE owner = ?1 ORDER BY number LIMIT +?2)";
        // And afterwards: nobody stands behind a number that none has seen.
        const LAST: &str = "INSERT INTO feed (owner, task, event) VALUES (?1, 0, 0); \
             DELETE FROM feed WHERE owner = ?1; DELETE FROM feed_owner WHERE owner = ?1";
        let old = sqlx::query(OLD).bind(rows::write_time(self.cutoff));
        let Some(row) = old.fetch_optional(&mut session.connection).await? else { return Ok(false) };
        let owner: String = row.try_get(0)?;
        session.execute(sqlx::query(LOST).bind(owner.clone())).await?;
        let some = sqlx::query(SOME).bind(owner.clone()).bind(rows::write_count(LET_GO_BATCH));
        if session.execute(some).await? < LET_GO_BATCH as u64 {
            session.execute(sqlx::query(LAST).bind(owner)).await?;
        }
        Ok(true)
    }
}

/// What is known of the feed of an owner.
struct Bounds {
    /// Up to where something is gone.
    lost: FeedPlace,
    /// The newest event of all.
    newest: FeedPlace,
    /// Whether it is to be said again that somebody follows.
    is_stale: bool,
}

impl Bounds {
    async fn read(pool: &SqlitePool, owner: &str, now: DateTime<Utc>) -> Result<Option<Self>, StoreError> {
        const BOUNDS: &str = concat!(
            "SELECT lost, ",
            newest!(),
            ", coalesce(followed_at, 0) < ?2 FROM feed_owner WHERE owner = ?1"
        );
        let query = sqlx::query(BOUNDS).bind(owner.to_owned()).bind(rows::write_time(now - FEED_RENEWAL));
        let Some(row) = query.fetch_optional(pool).await? else { return Ok(None) };
        let (lost, newest) = (read_place(&row, 0)?, read_place(&row, 1)?);
        Ok(Some(Self { lost, newest, is_stale: row.try_get(2)? }))
    }
}

impl Reader {
    /// Where the feed of an owner stands; `None` where none is kept, or none for much longer.
    pub(super) async fn feed_end(
        &self,
        owner: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<FeedPlace>, StoreError> {
        let bounds = Bounds::read(&*self.pool().await, owner, now).await?;
        Ok(bounds.filter(|bounds| !bounds.is_stale).map(|bounds| bounds.newest))
    }

    /// Whether there is a feed that nobody has followed since.
    pub(super) async fn has_feed_to_let_go(&self, cutoff: DateTime<Utc>) -> Result<bool, StoreError> {
        const ANY: &str = "SELECT EXISTS (SELECT 1 FROM feed_owner WHERE followed_at < ?1)";
        let query = sqlx::query(ANY).bind(rows::write_time(cutoff));
        Ok(query.fetch_one(&*self.pool().await).await?.try_get(0)?)
    }

    pub(super) async fn feed(
        &self,
        owner: &str,
        after: FeedPlace,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Result<Feed, StoreError> {
        const PAGE: &str = "SELECT kept.number, kept.at, kept.status, kept.attempt, kept.happening, kept.detail, \
                 feed.number, task.id \
             FROM feed JOIN task ON task.seq = feed.task \
             LEFT JOIN task_event AS kept ON kept.task = feed.task AND kept.number = feed.event \
             WHERE feed.owner = ?1 AND feed.number > ?2 ORDER BY feed.number LIMIT +?3";
        let pool = self.pool().await;
        let found = sqlx::query(PAGE)
            .bind(owner.to_owned())
            .bind(after.number.cast_signed())
            .bind(rows::write_count(limit))
            .fetch_all(&*pool)
            .await?;
        let tasks = submitted(&pool, &found).await?;
        let mut events = Vec::with_capacity(found.len());
        for row in &found {
            events.extend(read_fed(row, &tasks)?);
        }
        // After the page: what was deleted before it was read is known by now.
        let bounds = Bounds::read(&pool, owner, now).await?;
        let is_stale = bounds.as_ref().is_some_and(|bounds| bounds.is_stale);
        let has_gap = bounds.is_none_or(|bounds| after < bounds.lost || after > bounds.newest);
        Ok(Feed { events, has_more: found.len() == limit, has_gap, is_stale })
    }
}

/// The tasks whose submission is on a page: they tell it themselves.
async fn submitted(pool: &SqlitePool, page: &[SqliteRow]) -> Result<HashMap<TaskId, Task>, StoreError> {
    const SOME: &str = rows::select_tasks!("WHERE id IN (SELECT unhex(value, '-') FROM json_each(?1))");
    let mut ids = Vec::new();
    for row in page {
        if row.try_get::<Option<i64>, _>(0)?.is_none() {
            ids.push(read_task_id(row)?);
        }
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = sqlx::query(SOME).bind(rows::write_json(&ids)?).fetch_all(pool).await?;
    Ok(rows::read_tasks(&found)?.into_iter().map(|task| (task.id(), task)).collect())
}

/// One event; `None` for one whose task was deleted just now.
fn read_fed(row: &SqliteRow, tasks: &HashMap<TaskId, Task>) -> Result<Option<FeedEvent>, StoreError> {
    let (place, task) = (read_place(row, 6)?, read_task_id(row)?);
    let event = match row.try_get::<Option<i64>, _>(0)? {
        Some(_) => Some(rows::read_event(row, task)?),
        None => tasks.get(&task).map(TaskEvent::submission_of),
    };
    Ok(event.map(|event| FeedEvent { place, task, event }))
}

fn read_task_id(row: &SqliteRow) -> Result<TaskId, StoreError> {
    rows::read_uuid(row.try_get(7)?).map(TaskId::from)
}

fn read_place(row: &SqliteRow, column: usize) -> Result<FeedPlace, StoreError> {
    Ok(FeedPlace { transaction: 0, number: rows::read_number(row, column)? })
}
