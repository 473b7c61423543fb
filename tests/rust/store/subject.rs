//! A store under test, with the clock that it goes by.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use _core::store::{AnyStore, Clock, MemoryStore, SqliteStore, Store, StoreError, StoreLocation};
use _core::task::{Lane, NewTask, QueueStats, Settlement, Task, TaskId, TaskStatus};
use chrono::DateTime;
use serde_json::json;
use tempfile::TempDir;

use crate::postgres::Database;
use crate::support::{local_lane, noop_lane, transient};

/// Any store with a clock that stands still, and where it lies.
pub(crate) struct Subject {
    pub(crate) store: AnyStore,
    pub(crate) clock: Clock,
    place: Place,
}

/// Where a store lies: gone with this.
#[derive(Debug)]
pub(crate) enum Place {
    Memory,
    Folder(TempDir),
    Database(Database),
}

impl Place {
    pub(crate) fn folder() -> Self {
        Self::Folder(folder())
    }

    /// `None`, said aloud, where there is no server.
    pub(crate) async fn database() -> Option<Self> {
        Database::fresh().await.map(Self::Database)
    }

    /// The address of the store that lies here.
    pub(crate) fn location(&self) -> StoreLocation {
        match self {
            Self::Memory => StoreLocation::Memory,
            Self::Folder(folder) => StoreLocation::Sqlite(folder.path().join("tasks.db")),
            Self::Database(database) => database.location(),
        }
    }

    /// The store that lies here, opened as one more process would.
    pub(crate) async fn open(&self, clock: &Clock) -> AnyStore {
        match self {
            Self::Memory => AnyStore::Memory(Box::new(MemoryStore::with_clock(clock.clone()))),
            Self::Folder(folder) => {
                AnyStore::Sqlite(open_sqlite(folder.path().join("tasks.db"), clock).await)
            }
            Self::Database(database) => AnyStore::Postgres(Box::new(database.open(clock).await)),
        }
    }
}

/// A clock that stands still in September 2001.
pub(crate) fn still_clock() -> Clock {
    Clock::manual(DateTime::from_timestamp(1_000_000_000, 0).unwrap())
}

/// A folder that disappears, in memory where that is possible: fsync costs nothing there.
pub(crate) fn folder() -> TempDir {
    TempDir::new_in("/dev/shm").unwrap_or_else(|_| TempDir::new().unwrap())
}

impl Subject {
    pub(crate) async fn memory() -> Self {
        Self::at(Place::Memory).await
    }

    pub(crate) async fn sqlite() -> Self {
        Self::at(Place::folder()).await
    }

    /// `None`, said aloud, where there is no server.
    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::at(Place::database().await?).await)
    }

    async fn at(place: Place) -> Self {
        let clock = still_clock();
        Self { store: place.open(&clock).await, clock, place }
    }

    /// Closes the store and opens it again, where tasks outlive it.
    pub(crate) async fn reopen(&mut self) {
        if self.store.is_durable() {
            self.store.close().await;
            self.store = self.place.open(&self.clock).await;
        }
    }

    /// Submits a task as this process's own.
    pub(crate) async fn submit(&self, task: NewTask) -> TaskId {
        let task = NewTask { submitter: self.store.process(), ..task };
        self.store.submit(task).await.unwrap().id()
    }

    pub(crate) async fn get(&self, id: TaskId) -> Arc<Task> {
        self.store.get(id).await.unwrap().unwrap()
    }

    /// Claims the first of all tasks that tests submit.
    pub(crate) async fn claim_one(&self) -> Arc<Task> {
        self.claim(1).await.pop().unwrap()
    }

    /// Claims tasks of all lanes that tests use.
    pub(crate) async fn claim(&self, limit: usize) -> Vec<Arc<Task>> {
        self.store.claim(&lanes(), limit).await.unwrap()
    }

    pub(crate) async fn settle(&self, task: &Task, settlement: Settlement) -> Arc<Task> {
        self.store.settle(task.id(), task.token, settlement).await.unwrap()
    }

    pub(crate) async fn complete(&self, task: &Task) -> Arc<Task> {
        self.settle(task, Settlement::Complete(Arc::new(json!({"tests": 1})))).await
    }

    /// Fails the attempt for good.
    pub(crate) async fn fail(&self, task: &Task) -> Arc<Task> {
        self.settle(task, Settlement::Fail(transient())).await
    }

    pub(crate) async fn status(&self, id: TaskId) -> TaskStatus {
        self.get(id).await.status()
    }

    pub(crate) async fn stats(&self) -> QueueStats {
        self.store.stats().await.unwrap()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// All lanes that tests use.
pub(crate) fn lanes() -> Vec<Lane> {
    vec![noop_lane(), local_lane()]
}

pub(crate) async fn open_sqlite(path: PathBuf, clock: &Clock) -> SqliteStore {
    SqliteStore::open_with_clock(&path, clock.clone()).await.unwrap()
}

pub(crate) fn ids(tasks: &[Arc<Task>]) -> Vec<TaskId> {
    tasks.iter().map(|task| task.id()).collect()
}

pub(crate) fn is_lease_lost<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::LeaseLost))
}
