//! Where tasks live: one trait, and the stores behind it. Rows are the truth; every signal is only a hint.
//!
//! A store applies the state machine of [`crate::task`] to the record it read under its own lock or
//! transaction. Which store is used is a value of [`AnyStore`]: no boxing on the way of a
//! submission to memory.

mod alarm;
mod any;
mod clock;
mod columns;
mod error;
mod limits;
mod location;
mod memory;
mod movable;
mod open_files;
mod postgres;
mod rank;
mod read_only;
mod schema;
mod sqlite;
mod terms;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::access::{ApiKey, Project, ProjectId, UserName, WebhookSecret};
use crate::task::{
    Feed, FeedPlace, Lane, ListFilter, LogLevel, Member, ModelRun, NewTask, ParcelId, ProcessId, Progress,
    QueueStats, Session, Settlement, Tally, Task, TaskEvent, TaskId, TaskPage,
};

pub use alarm::Alarm;
pub use any::AnyStore;
pub use clock::Clock;
pub use error::StoreError;
pub use limits::Limits;
pub use location::StoreLocation;
pub use memory::MemoryStore;
pub use movable::{MovableTime, Upcoming};
pub use open_files::OpenFiles;
pub use postgres::{PostgresAddress, PostgresStore};
pub use read_only::ReadOnly;
pub use schema::{NextStep, Release, SchemaReport, Step};
pub use sqlite::{Paused, SqliteStore};
pub use terms::StoreTerms;

/// How many tasks [`Store::prune`] deletes, and how many it lets expire, at most.
const PRUNE_BATCH: usize = 100;

/// How long a parcel stands after its last submission, whoever needs it: one may be about to name it again.
const PARCEL_REST: TimeDelta = TimeDelta::hours(1);

/// How long the feed of an owner is kept whom nobody follows any more.
const FEED_REST: Duration = Duration::from_hours(24);

/// After how long whoever follows an owner is to say so again.
const FEED_RENEWAL: Duration = Duration::from_hours(1);

/// What every store answers. All methods may be called at once from many tasks and, but for `memory:`, from
/// many processes.
pub trait Store: Send + Sync + 'static {
    /// Keeps a new task: queued, or pending until its time and the completion of the tasks it depends on; one
    /// that depends on a failed or cancelled task fails at once. Once this has answered, the task survives (but
    /// for `memory:`). An id or an idempotency key that is there already answers the task that is there,
    /// unchanged.
    ///
    /// Nothing is kept on `KeyTaken` (the key stands for other work), `UnknownDependency` and `Full`.
    fn submit(&self, task: NewTask) -> impl Future<Output = Result<Arc<Task>, StoreError>> + Send;

    /// The task as it stands now, or `None` for an unknown id.
    fn get(&self, id: TaskId) -> impl Future<Output = Result<Option<Arc<Task>>, StoreError>> + Send;

    /// Those of these tasks that have ended, in any order.
    fn ended(&self, ids: &[TaskId]) -> impl Future<Output = Result<Vec<Arc<Task>>, StoreError>> + Send;

    /// The result that completion left, or that a failure carried; `None` where there is none.
    fn result(&self, id: TaskId) -> impl Future<Output = Result<Option<Arc<Value>>, StoreError>> + Send;

    /// One page, newest first. Webhooks are shown to whoever asks for their owner or their kind.
    fn list(&self, filter: ListFilter) -> impl Future<Output = Result<TaskPage, StoreError>> + Send;

    /// The events of a task after number `after`, at most `limit`, oldest first; `None` for an unknown id.
    fn events(
        &self,
        id: TaskId,
        after: u32,
        limit: usize,
    ) -> impl Future<Output = Result<Option<Vec<TaskEvent>>, StoreError>> + Send;

    /// Keeps from now on what happens to the tasks of an owner (empty: of nobody) for readers of their feed, until a day
    /// after the last time that this was said: readers say so again where the feed is stale. Answers where it stands now.
    fn follow(&self, owner: Box<str>) -> impl Future<Output = Result<FeedPlace, StoreError>> + Send;

    /// What happened to the tasks of an owner after a place, at most `limit` events. Whoever goes on where the last one
    /// answered ended misses nothing, and gets nothing twice; where the feed was not kept meanwhile, there is a gap.
    /// Webhooks are in nobody's feed.
    fn feed(
        &self,
        owner: Box<str>,
        after: FeedPlace,
        limit: usize,
    ) -> impl Future<Output = Result<Feed, StoreError>> + Send;

    /// How many tasks there are, by status and kind: of one owner (empty: of nobody), or of all.
    fn tally(&self, owner: Option<Box<str>>) -> impl Future<Output = Result<Tally, StoreError>> + Send;

    /// How the queue is, webhooks apart.
    fn stats(&self) -> impl Future<Output = Result<QueueStats, StoreError>> + Send;

    /// Up to `limit` of the best queued tasks of these lanes, now running for this process: by priority, then
    /// rank, then order of submission, passing over what the [`Limits`] hold back.
    fn claim(
        &self,
        lanes: &[Lane],
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Arc<Task>>, StoreError>> + Send;

    /// Keeps the last progress of a running attempt. `LeaseLost` when it is no longer this attempt's.
    fn report(
        &self,
        id: TaskId,
        token: u64,
        progress: Progress,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Keeps lines that a running attempt leaves, as events. `LeaseLost` when it is no longer this attempt's.
    fn log(
        &self,
        id: TaskId,
        token: u64,
        lines: Vec<(LogLevel, Box<str>)>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Keeps what of the task lives on a server from now on; `None` once nothing does. Whoever claims the task later
    /// finds it. `LeaseLost` when it is no longer this attempt's.
    fn keep_session(
        &self,
        id: TaskId,
        token: u64,
        session: Option<Session>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Proves that the attempt still holds its task, right before something outside the store is changed, and
    /// renews the lease of this process, as long as it was.
    fn renew(&self, id: TaskId, token: u64) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends an attempt. Answers the task as it stands afterwards; `LeaseLost` when it was no longer this
    /// attempt's, and then nothing is changed.
    fn settle(
        &self,
        id: TaskId,
        token: u64,
        settlement: Settlement,
    ) -> impl Future<Output = Result<Arc<Task>, StoreError>> + Send;

    /// Counts what models did in an attempt that is about to end.
    fn count_models(&self, runs: Vec<ModelRun>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Keeps a packed project for a task that is about to be submitted; without `contents`, renews one that is there.
    /// Answers whether it is there. It stays for as long as a task names it that has not completed, and an hour at
    /// least.
    fn keep_parcel(
        &self,
        id: ParcelId,
        task: TaskId,
        contents: Option<Arc<[u8]>>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// What a parcel holds; `None` where there is none of this name.
    fn parcel(&self, id: ParcelId) -> impl Future<Output = Result<Option<Arc<[u8]>>, StoreError>> + Send;

    /// Keeps a key of the service.
    fn keep_key(&self, key: ApiKey) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The key of an id, whether it holds or not.
    fn api_key(&self, id: String) -> impl Future<Output = Result<Option<ApiKey>, StoreError>> + Send;

    /// All keys, the oldest first.
    fn api_keys(&self) -> impl Future<Output = Result<Vec<ApiKey>, StoreError>> + Send;

    /// Revokes a key for good, once. Answers it; `None` for an unknown id.
    fn revoke_key(&self, id: String) -> impl Future<Output = Result<Option<ApiKey>, StoreError>> + Send;

    /// Keeps a project of the service, in the place of the one that had its id.
    fn keep_project(&self, project: Project) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The project of an id.
    fn project(&self, id: ProjectId) -> impl Future<Output = Result<Option<Project>, StoreError>> + Send;

    /// The projects of a member, or all, by their ids.
    fn projects(
        &self,
        member: Option<UserName>,
    ) -> impl Future<Output = Result<Vec<Project>, StoreError>> + Send;

    /// Forgets a project; its files stay. Answers it; `None` for an unknown id.
    fn remove_project(
        &self,
        id: ProjectId,
    ) -> impl Future<Output = Result<Option<Project>, StoreError>> + Send;

    /// Gives a key other secrets for the signatures of its webhooks. Answers it; `None` for an unknown id.
    fn keep_webhook_secrets(
        &self,
        id: String,
        secrets: Vec<WebhookSecret>,
    ) -> impl Future<Output = Result<Option<ApiKey>, StoreError>> + Send;

    /// Asks for the end of a task: final at once where nothing runs, else marked for the process that runs it.
    /// A finished task is answered unchanged; `None` for an unknown id.
    fn cancel(&self, id: TaskId) -> impl Future<Output = Result<Option<Arc<Task>>, StoreError>> + Send;

    /// Running tasks of this process whose end was asked for.
    fn cancel_requests(&self) -> impl Future<Output = Result<Vec<TaskId>, StoreError>> + Send;

    /// Renews this process's lease: for `lease` from now on, nobody takes its tasks while it lives. Answers the
    /// attempts that it holds, as task and token; what it runs besides is lost.
    fn heartbeat(
        &self,
        lease: Duration,
    ) -> impl Future<Output = Result<Vec<(TaskId, u64)>, StoreError>> + Send;

    /// Queues what is due.
    fn promote(&self) -> impl Future<Output = Result<Promotion, StoreError>> + Send;

    /// Tells the others that this process lives and which lanes it works, and takes a lease; no lanes: it runs
    /// nothing.
    fn join(&self, lanes: &[Lane], lease: Duration) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Tells the others that this process is gone.
    fn leave(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether a living process other than this one works this lane.
    fn has_live_worker(&self, lane: &Lane) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The living processes that run tasks, this one too, the first that came first.
    fn members(&self) -> impl Future<Output = Result<Vec<Member>, StoreError>> + Send;

    /// Whether [`Store::rescue`] would find such a process: what it left running is ended first.
    fn needs_rescue(&self) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Takes running tasks from processes that are dead, or whose lease has run out: back to the queue, or to
    /// their end. Answers their ids.
    fn rescue(&self) -> impl Future<Output = Result<Vec<TaskId>, StoreError>> + Send;

    /// For a starting engine: queued and waiting tasks whose submitter is dead go on if they are younger than
    /// `max_age` (counted from their submission), else they are left behind. Adopted tasks get this process
    /// as submitter.
    fn adopt(&self, max_age: Duration) -> impl Future<Output = Result<Adoption, StoreError>> + Send;

    /// Deletes at most 100 final tasks whose retention is over, and fails with `expired` at most 100 that
    /// nobody ran within `expiry`; tasks of a living submitter or worker never expire. Answers how many. Lets go of the
    /// feeds that nobody follows any more.
    fn prune(&self, expiry: Duration) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Whether another process may have changed something since the last call; cheap enough to ask 20 times
    /// a second. Always false for `memory:`.
    fn changed_elsewhere(&self) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Ends when another process says that it has changed something; never, where none can. Only a hint, which may be
    /// missed: what counts is [`Store::changed_elsewhere`].
    fn hint(&self) -> impl Future<Output = ()> + Send;

    /// How much there may be at once from now on, where this process submits and claims. The counts are those of
    /// the whole store.
    fn set_limits(&self, limits: Limits);

    /// Whether tasks outlive the process.
    fn is_durable(&self) -> bool;

    /// The id under which this process takes part.
    fn process(&self) -> ProcessId;

    /// Finishes what is under way and closes files. Later calls answer `Closed`.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// What [`Store::promote`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Promotion {
    /// How many tasks are newly queued.
    pub promoted: usize,
    /// When the next one is due.
    pub next_due: Option<DateTime<Utc>>,
}

/// What [`Store::adopt`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Adoption {
    /// Tasks that go on.
    pub adopted: usize,
    /// Tasks that were too old, now listed as pending.
    pub left_behind: usize,
}
