//! Which store is it this time? One value over all of them, without boxing.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{
    Adoption, Clock, Limits, MemoryStore, Paused, Promotion, SqliteStore, Store, StoreError, StoreLocation,
};
use crate::task::{
    Lane, ListFilter, LogLevel, NewTask, ProcessId, Progress, QueueStats, Session, Settlement, Task,
    TaskEvent, TaskId, TaskPage,
};

/// Any store.
#[derive(Debug)]
pub enum AnyStore {
    /// Within this process.
    Memory(Box<MemoryStore>),
    /// In one file.
    Sqlite(SqliteStore),
}

impl AnyStore {
    /// Opens the store at an address; a file is made where there is none.
    pub async fn open(location: &StoreLocation) -> Result<Self, StoreError> {
        Self::open_with_clock(location, Clock::System).await
    }

    /// The same; a store in memory takes its times from `clock`. A file has the system's: other processes do.
    pub async fn open_with_clock(location: &StoreLocation, clock: Clock) -> Result<Self, StoreError> {
        Ok(match location {
            StoreLocation::Memory => Self::Memory(Box::new(MemoryStore::with_clock(clock))),
            StoreLocation::Sqlite(path) => Self::Sqlite(SqliteStore::open(path).await?),
        })
    }

    /// Before a fork: what must not be open while the process forks is closed until the answer is dropped.
    pub async fn pause(&self) -> Option<Paused> {
        match self {
            Self::Memory(_) => None,
            Self::Sqlite(store) => Some(store.pause().await),
        }
    }

    /// In a forked child: the parent's sign of life must end with the parent, not with us.
    pub fn let_go_after_fork(&self) {
        match self {
            Self::Memory(_) => {}
            Self::Sqlite(store) => store.close_inherited_lock(),
        }
    }
}

macro_rules! delegate {
    ($(async fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        impl Store for AnyStore {
            $(
                async fn $name(&self $(, $argument: $type)*) -> $answer {
                    match self {
                        Self::Memory(store) => store.$name($($argument),*).await,
                        Self::Sqlite(store) => store.$name($($argument),*).await,
                    }
                }
            )+

            fn set_limits(&self, limits: Limits) {
                match self {
                    Self::Memory(store) => store.set_limits(limits),
                    Self::Sqlite(store) => store.set_limits(limits),
                }
            }

            fn is_durable(&self) -> bool {
                match self {
                    Self::Memory(store) => store.is_durable(),
                    Self::Sqlite(store) => store.is_durable(),
                }
            }

            fn process(&self) -> ProcessId {
                match self {
                    Self::Memory(store) => store.process(),
                    Self::Sqlite(store) => store.process(),
                }
            }
        }
    };
}

delegate! {
    async fn submit(task: NewTask) -> Result<Arc<Task>, StoreError>;
    async fn get(id: TaskId) -> Result<Option<Arc<Task>>, StoreError>;
    async fn result(id: TaskId) -> Result<Option<Arc<Value>>, StoreError>;
    async fn list(filter: ListFilter) -> Result<TaskPage, StoreError>;
    async fn events(id: TaskId, after: u32, limit: usize) -> Result<Option<Vec<TaskEvent>>, StoreError>;
    async fn stats() -> Result<QueueStats, StoreError>;
    async fn claim(lanes: &[Lane], limit: usize) -> Result<Vec<Arc<Task>>, StoreError>;
    async fn report(id: TaskId, token: u64, progress: Progress) -> Result<(), StoreError>;
    async fn log(id: TaskId, token: u64, lines: Vec<(LogLevel, Box<str>)>) -> Result<(), StoreError>;
    async fn keep_session(id: TaskId, token: u64, session: Option<Session>) -> Result<(), StoreError>;
    async fn renew(id: TaskId, token: u64) -> Result<(), StoreError>;
    async fn settle(id: TaskId, token: u64, settlement: Settlement) -> Result<Arc<Task>, StoreError>;
    async fn cancel(id: TaskId) -> Result<Option<Arc<Task>>, StoreError>;
    async fn cancel_requests() -> Result<Vec<TaskId>, StoreError>;
    async fn heartbeat(lease: Duration) -> Result<Vec<(TaskId, u64)>, StoreError>;
    async fn promote() -> Result<Promotion, StoreError>;
    async fn join(lanes: &[Lane], lease: Duration) -> Result<(), StoreError>;
    async fn leave() -> Result<(), StoreError>;
    async fn has_live_worker(lane: &Lane) -> Result<bool, StoreError>;
    async fn needs_rescue() -> Result<bool, StoreError>;
    async fn rescue() -> Result<Vec<TaskId>, StoreError>;
    async fn adopt(max_age: Duration) -> Result<Adoption, StoreError>;
    async fn prune(expiry: Duration) -> Result<usize, StoreError>;
    async fn changed_elsewhere() -> Result<bool, StoreError>;
    async fn close() -> ();
}
