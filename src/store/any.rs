//! Which store is it this time? One value over all of them; a store in memory is called without boxing.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::read_only::{BY_SETTING, Observed, ReadOnly};
use super::{
    Adoption, Clock, Limits, MemoryStore, Paused, PostgresStore, Promotion, SchemaReport, SqliteStore, Store,
    StoreError, StoreLocation, StoreTerms,
};
use crate::access::{ApiKey, Project, ProjectId, UserName, WebhookSecret};
use crate::task::{
    Feed, FeedPlace, Lane, ListFilter, LogLevel, Member, ModelRun, NewTask, ParcelId, ProcessId, Progress,
    QueueStats, Session, Settlement, Tally, Task, TaskEvent, TaskId, TaskPage,
};

/// Any store.
#[derive(Debug)]
pub enum AnyStore {
    /// Within this process.
    Memory(Box<MemoryStore>),
    /// In one file.
    Sqlite(SqliteStore),
    /// In a database.
    Postgres(Box<PostgresStore>),
    /// In one file that nothing is written to.
    SqliteToRead(Box<ReadOnly<SqliteStore>>),
    /// In a database that nothing is written to.
    PostgresToRead(Box<ReadOnly<PostgresStore>>),
}

impl AnyStore {
    /// Opens the store at an address; a file is made where there is none.
    pub async fn open(location: &StoreLocation) -> Result<Self, StoreError> {
        Self::open_on(location, Clock::System, &StoreTerms::default()).await
    }

    /// The same on terms of the caller's; a store in memory takes its times from `clock`. A file has the system's and a
    /// database its own: other processes go by them.
    pub async fn open_on(
        location: &StoreLocation,
        clock: Clock,
        terms: &StoreTerms,
    ) -> Result<Self, StoreError> {
        match location {
            StoreLocation::Memory if terms.is_read_only => Err(nothing_to_keep(location)),
            StoreLocation::Memory => Ok(Self::Memory(Box::new(MemoryStore::with_clock(clock)))),
            StoreLocation::Sqlite(path) => {
                let store = SqliteStore::open_on(path, terms).await?;
                let why = Observed::new(location, BY_SETTING);
                Ok(if terms.is_read_only {
                    Self::SqliteToRead(Box::new(ReadOnly { store, why }))
                } else {
                    Self::Sqlite(store)
                })
            }
            StoreLocation::Postgres(address) => Ok(match PostgresStore::open_on(address, terms).await? {
                (store, None) => Self::Postgres(Box::new(store)),
                (store, Some(why)) => Self::PostgresToRead(Box::new(ReadOnly { store, why })),
            }),
        }
    }

    /// The error of whoever would write where the setting says that nothing is written.
    #[must_use]
    pub fn refusal_by_setting(location: &StoreLocation) -> StoreError {
        Observed::new(location, BY_SETTING).refusal()
    }

    /// How the schema of a store stands to this program's; changes nothing.
    pub async fn look_at_schema(
        location: &StoreLocation,
        terms: &StoreTerms,
    ) -> Result<SchemaReport, StoreError> {
        match location {
            StoreLocation::Memory => Err(nothing_to_keep(location)),
            StoreLocation::Sqlite(path) => SqliteStore::look_at_schema(path, terms).await,
            StoreLocation::Postgres(address) => PostgresStore::look_at_schema(address, terms).await,
        }
    }

    /// Applies what the schema of a store lacks, whatever the terms say of that, and says what it was.
    pub async fn migrate(location: &StoreLocation, terms: &StoreTerms) -> Result<SchemaReport, StoreError> {
        let terms = StoreTerms { migrates: true, is_read_only: false, ..terms.clone() };
        match location {
            StoreLocation::Memory => Err(nothing_to_keep(location)),
            StoreLocation::Sqlite(path) => SqliteStore::migrate(path, &terms).await,
            StoreLocation::Postgres(address) => PostgresStore::migrate(address, &terms).await,
        }
    }

    /// Before a fork: what must not be open while the process forks is closed until the answer is dropped.
    pub async fn pause(&self) -> Option<Paused> {
        match self {
            // Connections go on in the parent; the child never touches what it inherited of them.
            Self::Memory(_) | Self::Postgres(_) | Self::PostgresToRead(_) => None,
            Self::Sqlite(store) => Some(store.pause().await),
            Self::SqliteToRead(store) => Some(store.store.pause().await),
        }
    }

    /// In a forked child: the parent's sign of life must end with the parent, not with us.
    pub fn let_go_after_fork(&self) {
        match self {
            Self::Memory(_) | Self::Postgres(_) | Self::PostgresToRead(_) => {}
            Self::Sqlite(store) => store.close_inherited_lock(),
            Self::SqliteToRead(store) => store.store.close_inherited_lock(),
        }
    }
}

/// Why a store in memory has no schema, and nothing to be read.
fn nothing_to_keep(location: &StoreLocation) -> StoreError {
    StoreError::Unusable {
        location: location.to_string(),
        reason: "nothing outlives the process: name a file or a database with OPENHANDS_STORE".to_owned(),
    }
}

macro_rules! delegate {
    ($(async fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        impl Store for AnyStore {
            $(
                async fn $name(&self $(, $argument: $type)*) -> $answer {
                    match self {
                        Self::Memory(store) => store.$name($($argument),*).await,
                        // Boxed, since these wait anyhow: each call on a store in memory would carry their room.
                        Self::Sqlite(store) => Box::pin(store.$name($($argument),*)).await,
                        Self::Postgres(store) => Box::pin(store.$name($($argument),*)).await,
                        Self::SqliteToRead(store) => Box::pin(store.$name($($argument),*)).await,
                        Self::PostgresToRead(store) => Box::pin(store.$name($($argument),*)).await,
                    }
                }
            )+

            fn set_limits(&self, limits: Limits) {
                match self {
                    Self::Memory(store) => store.set_limits(limits),
                    Self::Sqlite(store) => store.set_limits(limits),
                    Self::Postgres(store) => store.set_limits(limits),
                    Self::SqliteToRead(store) => store.set_limits(limits),
                    Self::PostgresToRead(store) => store.set_limits(limits),
                }
            }

            fn is_durable(&self) -> bool {
                match self {
                    Self::Memory(store) => store.is_durable(),
                    Self::Sqlite(store) => store.is_durable(),
                    Self::Postgres(store) => store.is_durable(),
                    Self::SqliteToRead(store) => store.is_durable(),
                    Self::PostgresToRead(store) => store.is_durable(),
                }
            }

            fn process(&self) -> ProcessId {
                match self {
                    Self::Memory(store) => store.process(),
                    Self::Sqlite(store) => store.process(),
                    Self::Postgres(store) => store.process(),
                    Self::SqliteToRead(store) => store.process(),
                    Self::PostgresToRead(store) => store.process(),
                }
            }
        }
    };
}

delegate! {
    async fn submit(task: NewTask) -> Result<Arc<Task>, StoreError>;
    async fn get(id: TaskId) -> Result<Option<Arc<Task>>, StoreError>;
    async fn ended(ids: &[TaskId]) -> Result<Vec<Arc<Task>>, StoreError>;
    async fn result(id: TaskId) -> Result<Option<Arc<Value>>, StoreError>;
    async fn list(filter: ListFilter) -> Result<TaskPage, StoreError>;
    async fn events(id: TaskId, after: u32, limit: usize) -> Result<Option<Vec<TaskEvent>>, StoreError>;
    async fn follow(owner: Box<str>) -> Result<FeedPlace, StoreError>;
    async fn feed(owner: Box<str>, after: FeedPlace, limit: usize) -> Result<Feed, StoreError>;
    async fn tally(owner: Option<Box<str>>) -> Result<Tally, StoreError>;
    async fn stats() -> Result<QueueStats, StoreError>;
    async fn claim(lanes: &[Lane], limit: usize) -> Result<Vec<Arc<Task>>, StoreError>;
    async fn report(id: TaskId, token: u64, progress: Progress) -> Result<(), StoreError>;
    async fn log(id: TaskId, token: u64, lines: Vec<(LogLevel, Box<str>)>) -> Result<(), StoreError>;
    async fn keep_session(id: TaskId, token: u64, session: Option<Session>) -> Result<(), StoreError>;
    async fn renew(id: TaskId, token: u64) -> Result<(), StoreError>;
    async fn settle(id: TaskId, token: u64, settlement: Settlement) -> Result<Arc<Task>, StoreError>;
    async fn count_models(runs: Vec<ModelRun>) -> Result<(), StoreError>;
    async fn keep_parcel(id: ParcelId, task: TaskId, contents: Option<Arc<[u8]>>) -> Result<bool, StoreError>;
    async fn parcel(id: ParcelId) -> Result<Option<Arc<[u8]>>, StoreError>;
    async fn keep_key(key: ApiKey) -> Result<(), StoreError>;
    async fn api_key(id: String) -> Result<Option<ApiKey>, StoreError>;
    async fn api_keys() -> Result<Vec<ApiKey>, StoreError>;
    async fn revoke_key(id: String) -> Result<Option<ApiKey>, StoreError>;
    async fn keep_project(project: Project) -> Result<(), StoreError>;
    async fn project(id: ProjectId) -> Result<Option<Project>, StoreError>;
    async fn projects(member: Option<UserName>) -> Result<Vec<Project>, StoreError>;
    async fn remove_project(id: ProjectId) -> Result<Option<Project>, StoreError>;
    async fn keep_webhook_secrets(id: String, secrets: Vec<WebhookSecret>) -> Result<Option<ApiKey>, StoreError>;
    async fn cancel(id: TaskId) -> Result<Option<Arc<Task>>, StoreError>;
    async fn cancel_requests() -> Result<Vec<TaskId>, StoreError>;
    async fn heartbeat(lease: Duration) -> Result<Vec<(TaskId, u64)>, StoreError>;
    async fn promote() -> Result<Promotion, StoreError>;
    async fn join(lanes: &[Lane], lease: Duration) -> Result<(), StoreError>;
    async fn leave() -> Result<(), StoreError>;
    async fn has_live_worker(lane: &Lane) -> Result<bool, StoreError>;
    async fn members() -> Result<Vec<Member>, StoreError>;
    async fn needs_rescue() -> Result<bool, StoreError>;
    async fn rescue() -> Result<Vec<TaskId>, StoreError>;
    async fn adopt(max_age: Duration) -> Result<Adoption, StoreError>;
    async fn prune(expiry: Duration) -> Result<usize, StoreError>;
    async fn changed_elsewhere() -> Result<bool, StoreError>;
    async fn hint() -> ();
    async fn close() -> ();
}
