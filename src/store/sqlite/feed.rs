//! What happened to all tasks of one owner? One writes at a time, so that the numbers are in the order of the commits.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow};

use super::operation::Operation;
use super::reader::Reader;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{Feed, FeedEvent, FeedPlace, Task, TaskEvent, TaskId};

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
        const FOLLOW: &str =
            concat!("INSERT OR IGNORE INTO feed_owner (owner, lost) VALUES (?1, ", newest!(), ")");
        session.execute(sqlx::query(FOLLOW).bind(self.owner.to_string())).await?;
        let newest = sqlx::query(concat!("SELECT ", newest!())).fetch_one(&mut session.connection).await?;
        read_place(&newest, 0)
    }
}

impl Reader {
    /// Where the feed of an owner stands; `None` where none is kept.
    pub(super) async fn feed_end(&self, owner: &str) -> Result<Option<FeedPlace>, StoreError> {
        Ok(bounds(&*self.pool().await, owner).await?.map(|(_, newest)| newest))
    }

    pub(super) async fn feed(&self, owner: &str, after: FeedPlace, limit: usize) -> Result<Feed, StoreError> {
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
        let bounds = bounds(&pool, owner).await?;
        let has_gap = bounds.is_none_or(|(lost, newest)| after < lost || after > newest);
        Ok(Feed { events, has_more: found.len() == limit, has_gap })
    }
}

/// Up to where something is gone, and the newest of all.
async fn bounds(pool: &SqlitePool, owner: &str) -> Result<Option<(FeedPlace, FeedPlace)>, StoreError> {
    const BOUNDS: &str = concat!("SELECT lost, ", newest!(), " FROM feed_owner WHERE owner = ?1");
    let found = sqlx::query(BOUNDS).bind(owner.to_owned()).fetch_optional(pool).await?;
    found.map(|row| Ok((read_place(&row, 0)?, read_place(&row, 1)?))).transpose()
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
