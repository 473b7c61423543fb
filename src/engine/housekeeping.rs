//! What must happen without anyone asking? Due tasks are queued, tasks of dead processes rescued, asked ends
//! passed on, old tasks pruned. Every process does all of it; the store guards each step.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, MissedTickBehavior};

use super::shared::Shared;
use super::watch;
use crate::sandbox;
use crate::store::{Store, StoreError};

/// How often dead processes are looked for.
const RESCUE: Duration = Duration::from_secs(1);
/// How often old tasks are pruned.
const PRUNE: Duration = Duration::from_mins(1);
/// The longest sleep for a due time, so that a wall clock that jumps is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// What a starting engine does before its first claim: rescue, adopt, promote.
pub(super) async fn begin(shared: &Arc<Shared>) -> Result<(), StoreError> {
    let lanes = shared.crew.lanes();
    shared.store.join(&lanes, shared.options.lease.length).await?;
    if lanes.is_empty() {
        return Ok(());
    }
    end_orphans(shared).await;
    rescue_now(shared).await?;
    let adoption = shared.store.adopt(shared.options.resume_max_age).await?;
    if adoption.adopted > 0 {
        tracing::info!("going on with {} unfinished task(s) of an earlier process", adoption.adopted);
    }
    if adoption.left_behind > 0 {
        tracing::info!(
            "{} unfinished task(s) of earlier processes are too old to go on by themselves: \
             `openhands-testgen list`, then `retry`",
            adoption.left_behind
        );
    }
    shared.store.promote().await?;
    Ok(())
}

/// Runs until the engine is closed.
pub(super) async fn run(shared: Arc<Shared>) {
    let durable = shared.store.is_durable();
    let mut look = interval(watch::PERIOD);
    let mut rescues = interval(RESCUE);
    let mut prunes = interval(PRUNE);
    let mut wake_at = Instant::now();
    loop {
        let result = tokio::select! {
            () = shared.closed.cancelled() => return,
            () = shared.due.notified() => promote(&shared, &mut wake_at).await,
            () = tokio::time::sleep_until(wake_at) => promote(&shared, &mut wake_at).await,
            _ = look.tick(), if durable => watch::look(&shared).await,
            () = shared.store.hint() => watch::look(&shared).await,
            _ = rescues.tick(), if durable => rescue(&shared).await,
            _ = prunes.tick() => prune(&shared).await.map(drop),
        };
        match result {
            Ok(()) => {}
            Err(StoreError::Closed) => return,
            Err(error) => tracing::warn!(%error, "housekeeping failed; trying again"),
        }
    }
}

fn interval(period: Duration) -> tokio::time::Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

async fn promote(shared: &Shared, wake_at: &mut Instant) -> Result<(), StoreError> {
    *wake_at = Instant::now() + LONGEST_SLEEP;
    if let Some(due) = promote_due(shared).await? {
        let wait = (due - shared.options.clock.now()).to_std().unwrap_or_default();
        *wake_at = Instant::now() + wait.clamp(Duration::from_millis(1), LONGEST_SLEEP);
    }
    Ok(())
}

/// Queues what is due; answers when the next task is.
pub(super) async fn promote_due(shared: &Shared) -> Result<Option<DateTime<Utc>>, StoreError> {
    let promotion = shared.store.promote().await?;
    if promotion.promoted > 0 {
        shared.hint_all();
        shared.task_queued();
    }
    Ok(promotion.next_due)
}

/// What a dead process left running is ended before its tasks are said to be cancelled, or run again.
async fn rescue(shared: &Shared) -> Result<(), StoreError> {
    if !shared.store.needs_rescue().await? {
        return Ok(());
    }
    end_orphans(shared).await;
    rescue_now(shared).await
}

async fn rescue_now(shared: &Shared) -> Result<(), StoreError> {
    for id in shared.store.rescue().await? {
        if let Some(task) = shared.store.get(id).await? {
            let status = task.status();
            tracing::warn!(task = %id, %status, "taken from the process that ran it, which is dead or hangs");
            watch::follow_up(shared, &task).await;
        }
        shared.task_queued();
    }
    Ok(())
}

async fn end_orphans(shared: &Shared) {
    for handler in shared.crew.all_handlers() {
        handler.end_orphans().await;
    }
    // Only in a durable store the tasks of a dead process go on, and may not before what it left running has ended. A
    // store in memory has ended with its process, and so leaves the processes of others alone.
    if !shared.store.is_durable() {
        return;
    }
    match tokio::task::spawn_blocking(sandbox::end_orphans).await {
        Ok(0) | Err(_) => {}
        Ok(number) => tracing::warn!("ended {number} process(es) that a dead process left running"),
    }
}

/// After the clock was moved: what is due by now happens now.
pub(super) async fn catch_up(shared: &Shared) -> Result<(), StoreError> {
    // The loop sleeps until what was next before.
    shared.due.notify_one();
    promote_due(shared).await?;
    while prune(shared).await? {}
    Ok(())
}

/// Deletes what was kept long enough, a batch; whether there was any.
async fn prune(shared: &Shared) -> Result<bool, StoreError> {
    if shared.store.prune(shared.options.expiry).await? == 0 {
        return Ok(false);
    }
    shared.hint_all();
    watch::recheck_awaited(shared).await?;
    Ok(true)
}
