//! Where tasks live: one trait, and the stores behind it. Rows are the truth; every signal is only a hint.
//!
//! A store applies the state machine of [`crate::task`] to the record it read under its own lock or
//! transaction. Which store is used is a value of [`AnyStore`]: no boxing on the way of a submission.

mod any;
mod clock;
mod error;
mod location;
mod memory;
mod rank;
mod sqlite;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::task::{
    Lane, ListFilter, NewTask, ProcessId, Progress, QueueStats, Settlement, Task, TaskId, TaskPage,
};

pub use any::AnyStore;
pub use clock::Clock;
pub use error::StoreError;
pub use location::StoreLocation;
pub use memory::MemoryStore;
pub use sqlite::{Paused, SqliteStore};

/// How many tasks [`Store::prune`] deletes, and how many it lets expire, at most.
const PRUNE_BATCH: usize = 100;

/// What every store answers. All methods may be called at once from many tasks and, but for `memory:`, from
/// many processes.
pub trait Store: Send + Sync + 'static {
    /// Keeps a new task, queued. Once this has answered, the task survives (but for `memory:`). An id that is
    /// there already answers the task that is there, unchanged.
    fn submit(&self, task: NewTask) -> impl Future<Output = Result<Arc<Task>, StoreError>> + Send;

    /// The task as it stands now, or `None` for an unknown id.
    fn get(&self, id: TaskId) -> impl Future<Output = Result<Option<Arc<Task>>, StoreError>> + Send;

    /// The result that completion left, or that a failure carried; `None` where there is none.
    fn result(&self, id: TaskId) -> impl Future<Output = Result<Option<Arc<Value>>, StoreError>> + Send;

    /// One page, newest first.
    fn list(&self, filter: ListFilter) -> impl Future<Output = Result<TaskPage, StoreError>> + Send;

    /// How many tasks there are, by status.
    fn stats(&self) -> impl Future<Output = Result<QueueStats, StoreError>> + Send;

    /// Up to `limit` of the best queued tasks of these lanes, now running for this process: by priority, then
    /// rank, then order of submission.
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

    /// Proves that the attempt still holds its task, right before something outside the store is changed.
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

    /// Queues what is due.
    fn promote(&self) -> impl Future<Output = Result<Promotion, StoreError>> + Send;

    /// Tells the others that this process lives and which lanes it works; no lanes: it runs nothing.
    fn join(&self, lanes: &[Lane]) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Tells the others that this process is gone.
    fn leave(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether a living process other than this one works this lane.
    fn has_live_worker(&self, lane: &Lane) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Takes running tasks from dead processes: back to the queue, or to their end. Answers their ids.
    fn rescue(&self) -> impl Future<Output = Result<Vec<TaskId>, StoreError>> + Send;

    /// For a starting engine: queued and waiting tasks whose submitter is dead go on if they are younger than
    /// `max_age` (counted from their submission), else they are left behind. Adopted tasks get this process
    /// as submitter.
    fn adopt(&self, max_age: Duration) -> impl Future<Output = Result<Adoption, StoreError>> + Send;

    /// Deletes at most 100 final tasks older than `retention`, and fails with `expired` at most 100 that
    /// nobody ran within `retention`; tasks of a living submitter or worker never expire. Answers how many.
    fn prune(&self, retention: Duration) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Whether another process may have changed something since the last call; cheap enough to ask 20 times
    /// a second. Always false for `memory:`.
    fn changed_elsewhere(&self) -> impl Future<Output = Result<bool, StoreError>> + Send;

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
