//! What did other processes do? One cheap question to the store, asked while someone here waits or works.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::shared::Shared;
use crate::kinds::StopReason;
use crate::store::{Store, StoreError};
use crate::task::{Task, TaskId};

/// How often the question is asked.
pub(super) const PERIOD: Duration = Duration::from_millis(50);

/// How many awaited tasks one question is about.
const BATCH: usize = 1_000;

/// Passes on what changed elsewhere: new tasks, asked ends, completions.
pub(super) async fn look(shared: &Shared) -> Result<(), StoreError> {
    let works = shared.crew.has_any();
    let is_awaited = shared.waiters.has_any() || shared.watchers.has_any() || shared.followers.has_any();
    if !(works || is_awaited) {
        return Ok(());
    }
    // News stay news until they were passed on: an error in between is followed by another look.
    if shared.store.changed_elsewhere().await? {
        shared.has_news.store(true, Ordering::SeqCst);
    }
    if !shared.has_news.load(Ordering::SeqCst) {
        return Ok(());
    }
    shared.task_queued();
    shared.hint_all();
    if shared.has_running() {
        for id in shared.store.cancel_requests().await? {
            shared.stop_attempt(id, StopReason::Cancelled);
        }
    }
    recheck_awaited(shared).await?;
    shared.has_news.store(false, Ordering::SeqCst);
    Ok(())
}

/// Passes on what one change of a task here means: for those who wait for it, and for the tasks that depend on it,
/// which the store has queued or ended with it.
pub(super) async fn follow_up(shared: &Shared, task: &Arc<Task>) {
    shared.task_changed(task);
    if !(task.has_dependants && task.status().is_final()) {
        return;
    }
    shared.task_queued();
    shared.due.notify_one();
    shared.hint_all();
    if let Err(error) = recheck_awaited(shared).await {
        tracing::warn!(%error, "tasks that depend on one that ended could not be read");
    }
}

/// Reads which awaited tasks that do not run here have ended, and tells who waits for them.
pub(super) async fn recheck_awaited(shared: &Shared) -> Result<(), StoreError> {
    let awaited: Vec<TaskId> = shared.waiters.awaited().into_iter().filter(|id| !shared.runs(*id)).collect();
    for some in awaited.chunks(BATCH) {
        for task in shared.store.ended(some).await? {
            shared.task_changed(&task);
        }
    }
    Ok(())
}
