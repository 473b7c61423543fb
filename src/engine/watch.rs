//! What did other processes do? One cheap question to the store, asked while someone here waits or works.

use std::time::Duration;

use super::attempt::StopReason;
use super::shared::Shared;
use crate::store::{Store, StoreError};

/// How often the question is asked.
pub(super) const PERIOD: Duration = Duration::from_millis(50);

/// Passes on what changed elsewhere: new tasks, asked ends, completions.
pub(super) async fn look(shared: &Shared) -> Result<(), StoreError> {
    let works = shared.crew.has_any();
    if !(works || shared.waiters.has_any()) || !shared.store.changed_elsewhere().await? {
        return Ok(());
    }
    shared.task_queued();
    if shared.has_running() {
        for id in shared.store.cancel_requests().await? {
            shared.stop_attempt(id, StopReason::Cancelled);
        }
    }
    recheck_awaited(shared).await
}

/// Reads every awaited task that does not run here, and tells who waits for those that ended.
pub(super) async fn recheck_awaited(shared: &Shared) -> Result<(), StoreError> {
    for id in shared.waiters.awaited() {
        if shared.runs(id) {
            continue;
        }
        if let Some(task) = shared.store.get(id).await? {
            shared.task_changed(&task);
        }
    }
    Ok(())
}
