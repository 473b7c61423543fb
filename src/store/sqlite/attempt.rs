//! What may a running attempt write? Only what its lease token still covers.

use super::operation::Operation;
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
    /// The task, if this attempt still holds it.
    async fn load(self, session: &mut Writing) -> Result<Task, StoreError> {
        let task = session.load(self.id).await?.ok_or(StoreError::LeaseLost)?;
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

    const MAY_LINGER: bool = true;

    async fn apply(&self, session: &mut Writing) -> Result<(), StoreError> {
        const KEEP: &str = "UPDATE task SET progress = ?2, events = ?3, changed_at = ?4 WHERE seq = ?1";
        let mut task = self.lease.load(session).await?;
        task.report(self.lease.token, self.progress.clone(), session.now())?;
        let statement = sqlx::query(KEEP)
            .bind(task.seq)
            .bind(rows::write_json(&self.progress)?)
            .bind(task.events)
            .bind(rows::write_time(task.changed_at));
        session.execute(statement).await.map(drop)
    }
}

/// Keeps what of the task lives on a server. Durable before it is made there: no riding along later.
pub(super) struct KeepSession {
    pub(super) lease: Lease,
    pub(super) session: Option<Session>,
}

impl Operation for KeepSession {
    type Answer = ();

    async fn apply(&self, session: &mut Writing) -> Result<(), StoreError> {
        const KEEP: &str = "UPDATE task SET session = ?2 WHERE seq = ?1";
        let mut task = self.lease.load(session).await?;
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

    const MAY_LINGER: bool = true;

    async fn apply(&self, session: &mut Writing) -> Result<(), StoreError> {
        // The event is there when the trigger looks, which then adds none of its own.
        const KEEP: &str = "INSERT INTO task_event (task, number, at, status, attempt, happening, detail) \
             VALUES (?1, ?2, ?3, 'running', ?4, 'log', ?5); \
             UPDATE task SET events = ?2, changed_at = ?3 WHERE seq = ?1";
        let mut task = self.lease.load(session).await?;
        for line in &self.lines {
            task.log(self.lease.token, session.now())?;
            let statement = sqlx::query(KEEP)
                .bind(task.seq)
                .bind(task.events)
                .bind(rows::write_time(task.changed_at))
                .bind(task.attempt)
                .bind(rows::write_json(line)?);
            session.execute(statement).await?;
        }
        Ok(())
    }
}

/// Proves that the attempt holds its task, in the order of all writes, and renews the lease of its process: nobody
/// takes the task while something outside the store is changed.
pub(super) struct Renew {
    pub(super) lease: Lease,
}

impl Operation for Renew {
    type Answer = ();

    async fn apply(&self, session: &mut Writing) -> Result<(), StoreError> {
        self.lease.load(session).await?;
        session.renew_lease().await
    }
}
