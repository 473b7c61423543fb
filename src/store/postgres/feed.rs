//! What happened to all tasks of one owner? Each event has the transaction that wrote it, and is read once all
//! transactions that began before that one have ended: what commits later lies behind what was read.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::operation::{Operation, Told, Way};
use super::session::Session;
use super::{rows, text};
use crate::store::{FEED_RENEWAL, FEED_REST, StoreError};
use crate::task::{Feed, FeedEvent, FeedPlace, Task, TaskEvent, TaskId};

/// Keeps the feed of an owner from now on.
pub(super) struct Follow {
    pub(super) owner: Box<str>,
}

impl Operation for Follow {
    type Answer = ();

    const IS_REPEATABLE: bool = true;

    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        // Whoever writes has asked who is followed, and holds on to that until its end: what was written for nobody's feed
        // has been committed before this feed begins, and nothing else is written for none.
        const ALONE: &str = "LOCK TABLE testgen.feed_owner IN ACCESS EXCLUSIVE MODE";
        // A number of its own: whoever followed before the feed was let go of stands below it. Taken as any row takes one,
        // since a role that works with rows alone may not ask the sequence.
        const NUMBER: &str =
            "INSERT INTO testgen.feed (owner, task, event) VALUES ($1, 0, 0) RETURNING number";
        const RETURN: &str = "DELETE FROM testgen.feed WHERE task = 0 AND owner = $1 AND number = $2";
        const FOLLOW: &str = "INSERT INTO testgen.feed_owner (owner, lost_xid, lost_number, followed_at) \
             VALUES ($1, pg_snapshot_xmin(pg_current_snapshot()), $2, $3) \
             ON CONFLICT (owner) DO UPDATE SET followed_at = excluded.followed_at";
        session.execute(sqlx::query(ALONE)).await?;
        let owned = |sql| sqlx::query(sql).bind(text::write(&self.owner));
        let number: i64 = session.row(owned(NUMBER)).await?.try_get(0)?;
        session.execute(owned(RETURN).bind(number)).await?;
        let now = rows::write_time(session.now());
        session.execute(owned(FOLLOW).bind(number).bind(now)).await.map(drop)
    }
}

/// Lets go of the feeds that nobody follows any more. What is written to one meanwhile goes with its task.
pub(super) struct LetGo;

impl Operation for LetGo {
    type Answer = ();

    const IS_REPEATABLE: bool = true;

    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const OLD: &str = "WITH old AS (DELETE FROM testgen.feed_owner WHERE followed_at < $1 RETURNING owner) \
             DELETE FROM testgen.feed USING old WHERE feed.owner = old.owner";
        session.execute(sqlx::query(OLD).bind(session.before(FEED_REST))).await.map(drop)
    }
}

/// Where the feed of an owner stands; `None` where none is kept, or none for much longer.
pub(super) struct FeedEnd {
    pub(super) owner: Box<str>,
}

impl Operation for FeedEnd {
    type Answer = Option<FeedPlace>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        let bounds = Bounds::read(session, &self.owner).await?;
        Ok(bounds.filter(|bounds| !bounds.is_stale).map(|bounds| bounds.end()))
    }
}

/// Between what is gone and what is not settled yet.
struct Bounds {
    lost: FeedPlace,
    /// The first transaction that goes on, or the next that begins.
    horizon: u64,
    /// Whether it is to be said again that somebody follows.
    is_stale: bool,
}

impl Bounds {
    async fn read(session: &mut Session, owner: &str) -> Result<Option<Self>, StoreError> {
        const BOUNDS: &str = "SELECT lost_xid::text, lost_number, pg_snapshot_xmin(pg_current_snapshot())::text, \
                 coalesce(followed_at, 0) < $2 \
             FROM testgen.feed_owner WHERE owner = $1";
        let query = sqlx::query(BOUNDS).bind(text::write(owner)).bind(session.before(FEED_RENEWAL));
        let found = session.rows(query).await?;
        let Some(row) = found.first() else { return Ok(None) };
        let (lost, horizon) = (read_place(row, 0)?, read_transaction(row, 2)?);
        Ok(Some(Self { lost, horizon, is_stale: row.try_get(3)? }))
    }

    fn end(&self) -> FeedPlace {
        self.lost.max(FeedPlace { transaction: self.horizon, number: 0 })
    }

    /// Whether a reader who stands here has missed something, or has the place from another database.
    fn have_gap_after(&self, place: FeedPlace) -> bool {
        place < self.lost || place > self.end()
    }
}

/// What happened after a place.
pub(super) struct ReadFeed {
    pub(super) owner: Box<str>,
    pub(super) after: FeedPlace,
    pub(super) limit: usize,
}

impl Operation for ReadFeed {
    type Answer = Feed;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Feed, StoreError> {
        const PAGE: &str = "SELECT kept.number, kept.at, kept.status, kept.attempt, kept.happening, kept.detail, \
                 feed.xid::text, feed.number, task.id \
             FROM testgen.feed JOIN testgen.task ON task.seq = feed.task \
             LEFT JOIN testgen.task_event AS kept ON kept.task = feed.task AND kept.number = feed.event \
             WHERE feed.owner = $1 AND (feed.xid, feed.number) > ($2::text::xid8, $3) \
             AND feed.xid < pg_snapshot_xmin(pg_current_snapshot()) \
             ORDER BY feed.xid, feed.number LIMIT $4";
        const MORE: &str = "SELECT EXISTS (SELECT 1 FROM testgen.feed \
             WHERE owner = $1 AND (xid, number) > ($2::text::xid8, $3))";
        let from = |sql, place: FeedPlace| {
            sqlx::query(sql)
                .bind(text::write(&self.owner))
                .bind(place.transaction.to_string())
                .bind(place.number.cast_signed())
        };
        let query = from(PAGE, self.after).bind(rows::write_count(self.limit));
        let found = session.rows(query).await?;
        let tasks = submitted(session, &found).await?;
        let mut events = Vec::with_capacity(found.len());
        for row in &found {
            events.extend(read_fed(row, &tasks)?);
        }
        let read = found.last().map(|row| read_place(row, 6)).transpose()?.unwrap_or(self.after);
        let has_more = session.row(from(MORE, read)).await?.try_get(0)?;
        // After the page: what was deleted before it was read is known by now.
        let bounds = Bounds::read(session, &self.owner).await?;
        let is_stale = bounds.as_ref().is_some_and(|bounds| bounds.is_stale);
        let has_gap = bounds.is_none_or(|bounds| bounds.have_gap_after(self.after));
        Ok(Feed { events, has_more, has_gap, is_stale })
    }
}

/// The tasks whose submission is on a page: they tell it themselves.
async fn submitted(session: &mut Session, page: &[PgRow]) -> Result<HashMap<TaskId, Task>, StoreError> {
    const SOME: &str = rows::select_tasks!("WHERE id = ANY ($1)");
    let mut ids = Vec::new();
    for row in page {
        if row.try_get::<Option<i64>, _>(0)?.is_none() {
            ids.push(row.try_get::<Uuid, _>(8)?);
        }
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let tasks = session.select(sqlx::query(SOME).bind(ids)).await?;
    Ok(tasks.into_iter().map(|task| (task.id(), task)).collect())
}

/// One event; `None` for one whose task was deleted just now.
fn read_fed(row: &PgRow, tasks: &HashMap<TaskId, Task>) -> Result<Option<FeedEvent>, StoreError> {
    let (place, task) = (read_place(row, 6)?, TaskId::from(row.try_get::<Uuid, _>(8)?));
    let event = match row.try_get::<Option<i64>, _>(0)? {
        Some(_) => Some(rows::read_event(row, task)?),
        None => tasks.get(&task).map(TaskEvent::submission_of),
    };
    Ok(event.map(|event| FeedEvent { place, task, event }))
}

/// A transaction in one column and a number in the next.
fn read_place(row: &PgRow, column: usize) -> Result<FeedPlace, StoreError> {
    Ok(FeedPlace { transaction: read_transaction(row, column)?, number: rows::read_number(row, column + 1)? })
}

fn read_transaction(row: &PgRow, column: usize) -> Result<u64, StoreError> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Corrupt(format!("transaction {text:?}")))
}
