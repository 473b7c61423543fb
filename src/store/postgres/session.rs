//! What may an operation do on its connection? Read tasks under their locks, write them back, and ask for the time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::query::Query;
use sqlx::{Postgres, Row};

use super::explain::is_passing;
use super::hub::{Failed, Hub};
use super::{columns, dependencies, membership, rows};
use crate::store::StoreError;
use crate::task::{ProcessId, Task, TaskId};

/// A query with its arguments.
pub(super) type Statement = Query<'static, Postgres, PgArguments>;

/// One connection, for the time of one operation.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) hub: Arc<Hub>,
    /// `None` once it was given back. One that is dropped in the midst of something is not used again.
    connection: Option<PoolConnection<Postgres>>,
    /// When the transaction began.
    now: DateTime<Utc>,
    /// Until when the lease held before this took it anew.
    pub(super) lease_before: Option<i64>,
}

impl Session {
    /// Takes a connection.
    pub(super) async fn open(hub: &Arc<Hub>) -> Result<Self, Failed> {
        let connection = hub.pool.acquire().await.map_err(Failed::undone)?;
        let (hub, now) = (Arc::clone(hub), hub.clock.now());
        Ok(Self { hub, connection: Some(connection), now, lease_before: None })
    }

    /// The connection itself.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.connection.as_deref_mut().ok_or(StoreError::Closed)
    }

    /// Whether a pooler may mix up connections: then everything is in a transaction, and no statement has a name.
    pub(super) fn is_pooled(&self) -> bool {
        self.hub.address.is_pooled()
    }

    /// The time now: the database's, or what a test gives.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The time so long ago, for its column; the beginning of time for an age beyond it.
    pub(super) fn before(&self, age: Duration) -> i64 {
        let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
        rows::write_time(self.now).saturating_sub(age)
    }

    /// Who is at work.
    pub(super) fn process(&self) -> ProcessId {
        self.hub.process
    }

    /// Begins a transaction, and looks at the clock on the same way.
    pub(super) async fn begin(&mut self) -> Result<(), Failed> {
        const BEGIN: &str = "BEGIN; SELECT testgen.moment(NULL)";
        let connection = self.connection().map_err(Failed::undone)?;
        let found = sqlx::raw_sql(BEGIN).fetch_all(connection).await.map_err(Failed::undone)?;
        if self.hub.given().is_none()
            && let Some(row) = found.first()
        {
            self.now = rows::read_time(row.try_get(0).map_err(Failed::undone)?);
            self.hub.note_time(self.now);
        }
        Ok(())
    }

    /// Makes what was written durable.
    pub(super) async fn commit(mut self) -> Result<(), Failed> {
        let connection = self.connection().map_err(Failed::undone)?;
        sqlx::raw_sql("COMMIT").execute(connection).await.map_err(Failed::uncertain)?;
        self.release();
        Ok(())
    }

    /// Undoes what was written; what it did to the lease too.
    pub(super) async fn roll_back(mut self) {
        membership::take_back(&self);
        let Ok(connection) = self.connection() else { return };
        match sqlx::raw_sql("ROLLBACK").execute(connection).await {
            Ok(_) => self.release(),
            Err(error) => tracing::debug!(%error, "nothing could be undone: the connection is given up"),
        }
    }

    /// Gives the connection back.
    pub(super) fn release(&mut self) {
        drop(self.connection.take());
    }

    /// Gives the connection back, unless it is what went wrong.
    pub(super) fn give_up(&mut self, error: &StoreError) {
        if !matches!(error, StoreError::Database(error) if is_passing(error)) {
            self.release();
        }
    }

    /// Runs a statement; answers how many rows it changed.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let statement = statement.persistent(!self.is_pooled());
        Ok(statement.execute(self.connection()?).await?.rows_affected())
    }

    /// The rows that a query finds.
    pub(super) async fn rows(&mut self, query: Statement) -> Result<Vec<PgRow>, StoreError> {
        let query = query.persistent(!self.is_pooled());
        Ok(query.fetch_all(self.connection()?).await?)
    }

    /// The one row that a query finds.
    pub(super) async fn row(&mut self, query: Statement) -> Result<PgRow, StoreError> {
        let query = query.persistent(!self.is_pooled());
        Ok(query.fetch_one(self.connection()?).await?)
    }

    /// The tasks that a [`rows::select_tasks`] finds.
    pub(super) async fn select(&mut self, query: Statement) -> Result<Vec<Task>, StoreError> {
        rows::read_tasks(&self.rows(query).await?)
    }

    /// One task by its id, locked until the end of the transaction.
    pub(super) async fn lock(&mut self, id: TaskId) -> Result<Option<Task>, StoreError> {
        const ONE: &str = rows::select_tasks!("WHERE id = $1 FOR UPDATE OF task");
        Ok(self.select(sqlx::query(ONE).bind(id.as_uuid())).await?.pop())
    }

    /// The tasks of some ids, by id, those that are there, locked in the order in which all others lock them.
    pub(super) async fn lock_all(&mut self, ids: &[TaskId]) -> Result<HashMap<TaskId, Task>, StoreError> {
        const SOME: &str = rows::select_tasks!("WHERE id = ANY ($1) ORDER BY seq FOR UPDATE OF task");
        let found = match ids {
            [one] => Vec::from_iter(self.lock(*one).await?),
            _ => self.select(sqlx::query(SOME).bind(rows::write_ids(ids))).await?,
        };
        Ok(found.into_iter().map(|task| (task.id(), task)).collect())
    }

    /// One task by its id, as it stands.
    pub(super) async fn load(&mut self, id: TaskId) -> Result<Option<Task>, StoreError> {
        const ONE: &str = rows::select_tasks!("WHERE id = $1");
        Ok(self.select(sqlx::query(ONE).bind(id.as_uuid())).await?.pop())
    }

    /// Writes what a transition may have changed, and brings its end to the tasks that wait for it.
    pub(super) async fn save(&mut self, task: &Task) -> Result<(), StoreError> {
        self.save_all(std::slice::from_ref(task)).await
    }

    /// The same for many, in one statement.
    pub(super) async fn save_all(&mut self, tasks: &[Task]) -> Result<(), StoreError> {
        self.save_rows(tasks).await?;
        for task in tasks {
            self.saved(task).await?;
        }
        Ok(())
    }

    /// The same for attempts that have ended, with the results that they left.
    pub(super) async fn save_ended(
        &mut self,
        tasks: &[Task],
        results: Vec<(i64, String)>,
    ) -> Result<(), StoreError> {
        if tasks.is_empty() {
            return Ok(());
        }
        self.execute(columns::settle_tasks(tasks, results)?).await?;
        for task in tasks {
            self.saved(task).await?;
        }
        Ok(())
    }

    /// Writes what a transition may have changed of these tasks alone.
    pub(super) async fn save_rows(&mut self, tasks: &[Task]) -> Result<(), StoreError> {
        if tasks.is_empty() {
            return Ok(());
        }
        self.execute(columns::update_tasks(tasks)?).await.map(drop)
    }

    /// What follows from a task that was written: if it has ended, those that wait for it are told.
    pub(super) async fn saved(&mut self, task: &Task) -> Result<(), StoreError> {
        if task.has_dependants && task.status().is_final() {
            dependencies::tell_dependants(self, task).await?;
        }
        Ok(())
    }

    /// The number that a query answers.
    pub(super) async fn count(&mut self, query: Statement) -> Result<u64, StoreError> {
        rows::read_number(&self.row(query).await?, 0)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // Nobody knows in what state it is: the server undoes what was under way when it sees it gone.
            membership::forget(self);
            drop(connection.detach());
        }
    }
}
