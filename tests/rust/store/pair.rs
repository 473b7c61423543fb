//! Two processes on one file, for tests of what they are to each other. Two stores in this process stand for them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use _core::store::{Clock, SqliteStore, Store};
use _core::task::{NewTask, Task, TaskId};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use super::subject::{folder, lanes, open_sqlite, still_clock};
use crate::support::noop;

pub(super) const LEASE: Duration = Duration::from_secs(45);
pub(super) const BEAT: Duration = Duration::from_secs(10);

/// Two processes on one file, both of which work.
pub(super) struct Pair {
    pub(super) one: SqliteStore,
    pub(super) other: SqliteStore,
    pub(super) clock: Clock,
    file: PathBuf,
    _folder: TempDir,
}

impl Pair {
    pub(super) async fn new() -> Self {
        let (clock, folder) = (still_clock(), folder());
        let file = folder.path().join("tasks.db");
        let one = open_sqlite(file.clone(), &clock).await;
        let other = open_sqlite(file.clone(), &clock).await;
        one.join(&lanes(), LEASE).await.unwrap();
        other.join(&lanes(), LEASE).await.unwrap();
        Self { one, other, clock, file, _folder: folder }
    }

    /// Submits a task that `one` runs.
    pub(super) async fn running(&self) -> Arc<Task> {
        self.other.submit(NewTask { submitter: self.other.process(), ..noop() }).await.unwrap();
        claim(&self.one).await
    }

    /// Time passes; `other` goes on renewing its lease, and `one` hangs.
    pub(super) async fn one_hangs_for(&self, time: Duration) {
        self.clock.advance(time);
        self.other.heartbeat(LEASE).await.unwrap();
    }

    pub(super) async fn now(&self, id: TaskId) -> Arc<Task> {
        self.other.get(id).await.unwrap().unwrap()
    }

    pub(super) async fn change(&self, sql: &'static str) {
        let address = format!("sqlite://{}", self.file.display());
        let mut connection = SqliteConnection::connect(&address).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

pub(super) async fn claim(store: &SqliteStore) -> Arc<Task> {
    store.claim(&lanes(), 1).await.unwrap().pop().unwrap()
}
