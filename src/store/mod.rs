//! Where tasks live: one trait, and the stores behind it. Rows are the truth; every signal is only a hint.
//!
//! A store applies the state machine of [`crate::task`] to the record it read under its own lock or
//! transaction. Which store is used is a value of [`AnyStore`]: no boxing on the way of a submission.

mod alarm;
mod any;
mod clock;
mod error;
mod limits;
mod location;
mod memory;
mod movable;
mod open_files;
mod rank;
mod sqlite;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::task::{
    Lane, ListFilter, LogLevel, NewTask, ProcessId, Progress, QueueStats, Session, Settlement, Task,
    TaskEvent, TaskId, TaskPage,
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
pub use sqlite::{Paused, SqliteStore};

/// How many tasks [`Store::prune`] deletes, and how many it lets expire, at most.
const PRUNE_BATCH: usize = 100;

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

    /// The result that completion left, or that a failure carried; `None` where there is none.
    fn result(&self, id: TaskId) -> impl Future<Output = Result<Option<Arc<Value>>, StoreError>> + Send;

    /// One page, newest first.
    fn list(&self, filter: ListFilter) -> impl Future<Output = Result<TaskPage, StoreError>> + Send;

    /// The events of a task after number `after`, at most `limit`, oldest first; `None` for an unknown id.
    fn events(
        &self,
        id: TaskId,
        after: u32,
        limit: usize,
    ) -> impl Future<Output = Result<Option<Vec<TaskEvent>>, StoreError>> + Send;

    /// How the queue is.
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
    /// nobody ran within `expiry`; tasks of a living submitter or worker never expire. Answers how many.
    fn prune(&self, expiry: Duration) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Whether another process may have changed something since the last call; cheap enough to ask 20 times
    /// a second. Always false for `memory:`.
    fn changed_elsewhere(&self) -> impl Future<Output = Result<bool, StoreError>> + Send;

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
