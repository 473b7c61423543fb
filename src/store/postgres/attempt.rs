//! What may a running attempt write? Only what its lease token still covers.

use super::membership;
use super::operation::{Operation, Told};
use super::rows;
use super::session::Session as Writing;
use crate::store::StoreError;
use crate::task::{LogLevel, Progress, Session, Task, TaskId};

/// Which attempt writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    pub(super) id: TaskId,
    pub(super) token: u64,
}

impl Lease {
    /// The task, locked, if this attempt still holds it.
    async fn lock(self, session: &mut Writing) -> Result<Task, StoreError> {
        let task = session.lock(self.id).await?.ok_or(StoreError::LeaseLost)?;
        task.guard(self.token)?;
        Ok(task)
    }
}

/// Keeps the last progress.
pub(super) struct Report {
    pub(super) lease: Lease,
    pub(super) progress: Progress,
}

impl Operation for Report {
    type Answer = ();

    fn told((): &()) -> Told {
        Told::Soon
    }

    async fn apply(&self, session: &mut Writing) -> Result<(), StoreError> {
        const KEEP: &str =
            "UPDATE testgen.task SET progress = $2, events = $3, changed_at = $4 WHERE seq = $1";
        let mut task = self.lease.lock(session).await?;
        task.report(self.lease.token, self.progress.clone(), session.now())?;
        let statement = sqlx::query(KEEP)
            .bind(task.seq)
            .bind(rows::write_json(&self.progress)?)
            .bind(i64::from(task.events))
            .bind(rows::write_time(task.changed_at));
        session.execute(statement).await.map(drop)
    }
}

/// Keeps what of the task lives on a server.
pub(super) struct KeepSession {
    pub(super) lease: Lease,
    pub(super) session: Option<Session>,
}

impl Operation for KeepSession {
    type Answer = ();

    /// The same once more is the same.
    const IS_REPEATABLE: bool = true;
    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Writing) -> Result<(), StoreError> {
        const KEEP: &str = "UPDATE testgen.task SET session = $2 WHERE seq = $1";
        let mut task = self.lease.lock(session).await?;
        task.keep_session(self.lease.token, self.session.clone())?;
        let text = task.session.as_ref().map(rows::write_json).transpose()?;
        session.execute(sqlx::query(KEEP).bind(task.seq).bind(text)).await.map(drop)
    }
}

/// Keeps lines that an attempt leaves.
pub(super) struct Log {
    pub(super) lease: Lease,
    pub(super) lines: Vec<(LogLevel, Box<str>)>,
}

impl Operation for Log {
    type Answer = ();

    fn told((): &()) -> Told {
        Told::Soon
    }

    async fn apply(&self, session: &mut Writing) -> Result<(), StoreError> {
        // The events are there when the trigger looks, which then adds none of its own.
        const KEEP: &str = "WITH line AS ( \
                 INSERT INTO testgen.task_event (task, number, at, status, attempt, happening, detail) \
                 SELECT $1, number, $4, 'running', $5, 'log', detail FROM unnest($2::bigint[], $3::text[]) \
                 AS line (number, detail) RETURNING number \
             ) UPDATE testgen.task SET events = (SELECT max(number) FROM line), changed_at = $4 WHERE seq = $1";
        let mut task = self.lease.lock(session).await?;
        let (mut numbers, mut details) = (Vec::new(), Vec::new());
        for line in &self.lines {
            task.log(self.lease.token, session.now())?;
            numbers.push(i64::from(task.events));
            details.push(rows::write_json(line)?);
        }
        if numbers.is_empty() {
            return Ok(());
        }
        let statement = sqlx::query(KEEP)
            .bind(task.seq)
            .bind(numbers)
            .bind(details)
            .bind(rows::write_time(task.changed_at))
            .bind(i64::from(task.attempt));
        session.execute(statement).await.map(drop)
    }
}

/// Proves that the attempt holds its task, in the order of all writes, and renews the lease of its process: nobody
/// takes the task while something outside the store is changed.
pub(super) struct Renew {
    pub(super) lease: Lease,
}

impl Operation for Renew {
    type Answer = ();

    const IS_REPEATABLE: bool = true;
    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Writing) -> Result<(), StoreError> {
        // The process first, as whoever rescues its tasks does. Undone with the rest where the task is lost.
        membership::renew(session).await?;
        self.lease.lock(session).await.map(drop)
    }
}
