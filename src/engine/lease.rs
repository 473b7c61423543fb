//! Does this process still hold what it runs? Its lease is renewed all the time. What the store says is lost is
//! stopped; when the store cannot be asked, everything is, before others may take it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};

use super::shared::Shared;
use super::watch::follow_up;
use crate::kinds::StopReason;
use crate::store::{Store, StoreError};
use crate::task::{Settlement, TaskId};

/// Attempts by task and token.
type Attempts = HashSet<(TaskId, u64)>;

/// Runs until the engine is closed.
pub(super) async fn run(shared: Arc<Shared>) {
    if !shared.store.is_durable() {
        return;
    }
    let terms = shared.options.lease;
    let mut beat = tokio::time::interval(terms.beat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut renewed = Instant::now();
    let mut strays = Attempts::new();
    loop {
        tokio::select! {
            () = shared.closed.cancelled() => return,
            _ = beat.tick() => {}
        }
        if !shared.crew.has_any() {
            // Nothing runs here, and nothing will before someone joins with a lease of its own.
            renewed = Instant::now();
            continue;
        }
        let (begin, working) = (Instant::now(), shared.working_attempts());
        let patience = match terms.patience.saturating_sub(renewed.elapsed()) {
            // Nothing runs any more for which this one could come too late: it gets all the time there is.
            Duration::ZERO => terms.patience,
            left => left,
        };
        match tokio::time::timeout(patience, shared.store.heartbeat(terms.length)).await {
            Ok(Ok(held)) => {
                renewed = begin;
                let held = held.into_iter().collect();
                stop_lost(&shared, &working, &held);
                strays = give_back_strays(&shared, &held, &strays).await;
            }
            Ok(Err(StoreError::Closed)) => return,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the lease could not be renewed; trying again");
                beat.reset_after(terms.beat / 10);
            }
            Err(_) => beat.reset_after(terms.beat / 10),
        }
        if renewed.elapsed() >= terms.patience {
            tracing::error!("the lease could not be renewed in time: what runs here is stopped");
            shared.stop_all(StopReason::LeaseLost);
        }
    }
}

/// Stops what was at work before the heartbeat, still is, and belongs to someone else.
fn stop_lost(shared: &Shared, before: &Attempts, held: &Attempts) {
    let still_working = shared.working_attempts();
    for (id, token) in before.iter().filter(|attempt| !held.contains(*attempt)) {
        if still_working.contains(&(*id, *token)) {
            tracing::warn!(task = %id, "another process has taken this task: its attempt here is stopped");
            shared.stop_attempt(*id, StopReason::LeaseLost);
        }
    }
}

/// Gives back what the store says is held here and nothing here runs, as after a claim whose answer was lost; once
/// two heartbeats in a row have said so. Answers what one has.
async fn give_back_strays(shared: &Shared, held: &Attempts, suspects: &Attempts) -> Attempts {
    let running = shared.running_attempts();
    let strays: Attempts = held.difference(&running).copied().collect();
    for (id, token) in strays.intersection(suspects) {
        tracing::warn!(task = %id, "held here, but nothing here runs it: it goes back to the queue");
        match shared.store.settle(*id, *token, Settlement::GiveBack).await {
            Ok(task) => {
                follow_up(shared, &task).await;
                shared.task_queued();
            }
            Err(error) => tracing::debug!(task = %id, %error, "it had gone on by itself"),
        }
    }
    strays
}
