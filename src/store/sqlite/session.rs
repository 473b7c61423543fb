//! What may an operation do within the writer's transaction? Read tasks, write them back, and ask for the turn.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Connection, Row, Sqlite};

use super::pause::Pause;
use super::place::{FileIdentity, Place};
use super::{dependencies, open, rows};
use crate::store::{Clock, StoreError};
use crate::task::{ProcessId, Task, TaskId};

/// How long a write waits for other processes, beyond what `SQLite` itself waits at a time.
const BUSY_LIMIT: Duration = Duration::from_secs(10);

/// Between two tries to open the file again after a pause.
const RECONNECT: Duration = Duration::from_millis(100);

/// A query of constant text with its arguments.
pub(super) type Statement = Query<'static, Sqlite, SqliteArguments>;

/// The writer's connection.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) connection: SqliteConnection,
    pub(super) place: Place,
    /// Which file it has open.
    file: Option<FileIdentity>,
    pub(super) process: ProcessId,
    pub(super) clock: Clock,
    /// What `PRAGMA data_version` said last: it changes when another connection has committed.
    pub(super) data_version: i64,
    /// The lease of this process, once it has joined.
    pub(super) lease: Option<HeldLease>,
}

/// The lease that a process took last.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldLease {
    length: Duration,
    /// In microseconds of the steady clock.
    until: i64,
}

impl Session {
    /// One over a connection to the file that is there.
    pub(super) fn new(connection: SqliteConnection, place: Place, process: ProcessId, clock: Clock) -> Self {
        let file = place.identity();
        Self { connection, place, file, process, clock, data_version: 0, lease: None }
    }

    /// The time now.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Takes a lease from now on; answers until when it holds, in microseconds of the steady clock.
    pub(super) fn take_lease(&mut self, length: Duration) -> i64 {
        let microseconds = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        let until = self.clock.steady().saturating_add(microseconds);
        self.lease = Some(HeldLease { length, until });
        until
    }

    /// Renews a lease that has run out, as that of a process that hung does: what is claimed now must not be
    /// taken from it at once.
    pub(super) async fn keep_lease(&mut self) -> Result<(), StoreError> {
        match self.lease {
            Some(lease) if lease.until <= self.clock.steady() => self.renew_lease().await,
            _ => Ok(()),
        }
    }

    /// Takes the lease anew, once the process has joined.
    pub(super) async fn renew_lease(&mut self) -> Result<(), StoreError> {
        const RENEW: &str = "UPDATE worker SET lease_until = ?2 WHERE process = ?1";
        let Some(lease) = self.lease else { return Ok(()) };
        let until = self.take_lease(lease.length);
        self.execute(sqlx::query(RENEW).bind(rows::write_process(self.process)).bind(until)).await.map(drop)
    }

    /// One task by its id.
    pub(super) async fn load(&mut self, id: TaskId) -> Result<Option<Task>, StoreError> {
        const ONE: &str = rows::select_tasks!("WHERE id = ?1");
        let found = sqlx::query(ONE).bind(rows::write_id(id)).fetch_optional(&mut self.connection).await?;
        found.as_ref().map(rows::read_task).transpose()
    }

    /// One task that is surely there.
    pub(super) async fn known(&mut self, id: TaskId) -> Result<Task, StoreError> {
        self.load(id).await?.ok_or_else(|| StoreError::Corrupt(format!("{id}: its request is missing")))
    }

    /// The tasks of some ids, by id, those that are there.
    pub(super) async fn load_all(&mut self, ids: &[TaskId]) -> Result<HashMap<TaskId, Task>, StoreError> {
        const SOME: &str = rows::select_tasks!("WHERE id IN (SELECT unhex(value, '-') FROM json_each(?1))");
        let found = self.select(sqlx::query(SOME).bind(rows::write_json(&ids)?)).await?;
        Ok(found.into_iter().map(|task| (task.id(), task)).collect())
    }

    /// The tasks that a [`rows::select_tasks`] finds.
    pub(super) async fn select(&mut self, query: Statement) -> Result<Vec<Task>, StoreError> {
        rows::read_tasks(&query.fetch_all(&mut self.connection).await?)
    }

    /// Runs a statement; answers how many rows it changed.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(statement.execute(&mut self.connection).await?.rows_affected())
    }

    /// Writes what a transition may have changed, and brings its end to the tasks that wait for it.
    pub(super) async fn save(&mut self, task: &Task) -> Result<(), StoreError> {
        self.save_row(task).await?;
        self.saved(task).await
    }

    /// Writes what a transition may have changed of this task alone.
    pub(super) async fn save_row(&mut self, task: &Task) -> Result<(), StoreError> {
        self.execute(rows::update_tasks([task], "")?).await.map(drop)
    }

    /// What follows from a task that was written: if it has ended, those that wait for it are told.
    pub(super) async fn saved(&mut self, task: &Task) -> Result<(), StoreError> {
        if task.has_dependants && task.status().is_final() {
            dependencies::tell_dependants(self, task).await?;
        }
        Ok(())
    }

    /// Writes a task that is queued now, at its owner's next place.
    pub(super) async fn save_at_next_place(&mut self, task: &mut Task) -> Result<(), StoreError> {
        const PLACE: &str = concat!("SELECT ", rows::next_rank!("?1", "?2"));
        let query = sqlx::query(PLACE)
            .bind(task.new.owner.to_string())
            .bind(i64::from(task.new.priority.as_number()));
        task.rank = query.fetch_one(&mut self.connection).await?.try_get(0)?;
        self.save_row(task).await
    }

    /// The number that a query answers.
    pub(super) async fn count(&mut self, query: Statement) -> Result<u64, StoreError> {
        rows::read_number(&query.fetch_one(&mut self.connection).await?, 0)
    }

    /// Begins a transaction that may write, waiting for other processes' writes. A file that was moved away or deleted is
    /// still open here, and nobody would ever see what is written to it.
    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        if self.place.identity() != self.file {
            return Err(self.place.unusable(
                "was moved away, deleted or replaced while it was open: put it back, or start this process again to begin anew",
            ));
        }
        let limit = Instant::now() + BUSY_LIMIT;
        loop {
            match self.execute(sqlx::query("BEGIN IMMEDIATE")).await {
                Err(error) if self.is_busy(&error) && Instant::now() < limit => {
                    tokio::time::sleep(Duration::from_millis(fastrand::u64(1..20))).await;
                }
                outcome => return outcome.map(drop),
            }
        }
    }

    /// Makes the transaction durable.
    pub(super) async fn commit(&mut self) -> Result<(), StoreError> {
        self.execute(sqlx::query("COMMIT")).await.map(drop)
    }

    /// Undoes the transaction. `SQLite` may have done so itself, and then there is nothing to undo. What it did to
    /// the lease is undone too: it counts as run out.
    pub(super) async fn roll_back(&mut self) {
        self.lease = self.lease.map(|lease| HeldLease { until: i64::MIN, ..lease });
        if let Err(error) = self.execute(sqlx::query("ROLLBACK")).await {
            tracing::debug!(%error, "no transaction was left to roll back");
        }
    }

    /// Whether an error says that another process writes.
    #[expect(clippy::unused_self, reason = "reads as a question to the database")]
    pub(super) fn is_busy(&self, error: &StoreError) -> bool {
        matches!(error, StoreError::Database(error) if is_busy(error))
    }

    /// The error of an operation that is not on disk.
    pub(super) fn not_written(&self, error: &StoreError) -> StoreError {
        self.place.unusable(&format!("nothing was written: {error}"))
    }

    /// Closes the connection until the pause is over, then opens it again, however long that takes.
    pub(super) async fn pause(self, pause: Pause) -> Self {
        let Self { connection, place, file: _, process, clock, data_version, lease } = self;
        if let Err(error) = connection.close().await {
            tracing::debug!(%error, "the database did not close cleanly");
        }
        pause.over().await;
        loop {
            match open::reconnect(&place).await {
                Ok(connection) => {
                    return Self { data_version, lease, ..Self::new(connection, place, process, clock) };
                }
                Err(error) => {
                    tracing::warn!(%error, "the store cannot be opened again; trying again");
                    tokio::time::sleep(RECONNECT).await;
                }
            }
        }
    }

    /// Brings the log into the database and closes the connection.
    pub(super) async fn close(mut self) {
        if !self.place.is_only_read()
            && let Err(error) = self.execute(sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")).await
        {
            tracing::debug!(%error, "the log stays beside the database until it is opened again");
        }
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "the database did not close cleanly");
        }
    }
}

/// Whether an error of the database says that another process writes.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(5)
}

/// `SQLite`'s own number for an error, without what extends it.
pub(super) fn primary_code(error: &sqlx::Error) -> Option<i64> {
    let extended: i64 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}
