//! What may an operation do within the writer's transaction? Read tasks, write them back, and ask for the turn.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Connection, Row, Sqlite};

use super::pause::Pause;
use super::place::Place;
use super::{open, rows};
use crate::store::rank::next_rank;
use crate::store::{Clock, StoreError};
use crate::task::{Priority, ProcessId, Task, TaskId};

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
    pub(super) process: ProcessId,
    pub(super) clock: Clock,
    /// What `PRAGMA data_version` said last: it changes when another connection has committed.
    pub(super) data_version: i64,
}

impl Session {
    /// The time now.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// One task by its id.
    pub(super) async fn load(&mut self, id: TaskId) -> Result<Option<Task>, StoreError> {
        const ONE: &str = rows::select_tasks!("WHERE id = ?1");
        let found = sqlx::query(ONE).bind(rows::write_id(id)).fetch_optional(&mut self.connection).await?;
        found.as_ref().map(rows::read_task).transpose()
    }

    /// The tasks that a [`rows::select_tasks`] finds.
    pub(super) async fn select(&mut self, query: Statement) -> Result<Vec<Task>, StoreError> {
        rows::read_tasks(&query.fetch_all(&mut self.connection).await?)
    }

    /// Runs a statement; answers how many rows it changed.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(statement.execute(&mut self.connection).await?.rows_affected())
    }

    /// Writes what a transition may have changed.
    pub(super) async fn save(&mut self, task: &Task) -> Result<(), StoreError> {
        const SAVE: &str = rows::update_task!("");
        self.execute(rows::bind_task(SAVE, task)?).await.map(drop)
    }

    /// The rank of a task that this owner queues now.
    pub(super) async fn next_rank(&mut self, owner: &str, priority: Priority) -> Result<i64, StoreError> {
        const PLACES: &str = "SELECT rank, \
             (SELECT max(rank) FROM task WHERE status = 'queued' AND owner = ?2 AND priority = ?1) \
             FROM turn WHERE priority = ?1";
        let query = sqlx::query(PLACES).bind(i64::from(priority.as_number())).bind(owner.to_owned());
        let row = query.fetch_one(&mut self.connection).await?;
        Ok(next_rank(row.try_get(0)?, row.try_get(1)?))
    }

    /// Begins a transaction that may write, waiting for other processes' writes.
    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
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

    /// Undoes the transaction. `SQLite` may have done so itself, and then there is nothing to undo.
    pub(super) async fn roll_back(&mut self) {
        if let Err(error) = self.execute(sqlx::query("ROLLBACK")).await {
            tracing::debug!(%error, "no transaction was left to roll back");
        }
    }

    /// Whether an error says that another process writes.
    #[expect(clippy::unused_self, reason = "reads as a question to the database")]
    pub(super) fn is_busy(&self, error: &StoreError) -> bool {
        matches!(error, StoreError::Database(error) if primary_code(error) == Some(5))
    }

    /// The error of an operation that is not on disk.
    pub(super) fn not_written(&self, error: &StoreError) -> StoreError {
        self.place.unusable(&format!("nothing was written: {error}"))
    }

    /// Closes the connection until the pause is over, then opens it again, however long that takes.
    pub(super) async fn pause(self, pause: Pause) -> Self {
        let Self { connection, place, process, clock, data_version } = self;
        if let Err(error) = connection.close().await {
            tracing::debug!(%error, "the database did not close cleanly");
        }
        pause.over().await;
        loop {
            match open::reconnect(&place).await {
                Ok(connection) => return Self { connection, place, process, clock, data_version },
                Err(error) => {
                    tracing::warn!(%error, "the store cannot be opened again; trying again");
                    tokio::time::sleep(RECONNECT).await;
                }
            }
        }
    }

    /// Brings the log into the database and closes the connection.
    pub(super) async fn close(mut self) {
        if let Err(error) = self.execute(sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")).await {
            tracing::debug!(%error, "the log stays beside the database until it is opened again");
        }
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "the database did not close cleanly");
        }
    }
}

/// `SQLite`'s own number for an error, without what extends it.
pub(super) fn primary_code(error: &sqlx::Error) -> Option<i64> {
    let extended: i64 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}
