//! Who starts attempts? One dispatcher: it claims at most what it can start now, and holds what it started.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::outage::Outage;
use super::shared::Shared;
use super::{attempt, housekeeping};
use crate::store::{Store, StoreError};

/// As a poll behind the signals.
const POLL: Duration = Duration::from_secs(1);

/// Claims and runs tasks until the engine closes, then waits for what runs.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut free: Vec<usize> = shared.options.pools.iter().map(|pool| pool.workers).collect();
    let mut joined = free.len();
    let mut attempts: JoinSet<usize> = JoinSet::new();
    let mut outage = Outage::default();
    while !shared.closing.is_cancelled() {
        welcome(&shared, &mut free, &mut joined).await;
        // Published before the claim: whoever queues a task after an empty claim sees an idle worker.
        shared.work.set_idle(free.iter().sum());
        match fill(&shared, &mut free, &mut attempts).await {
            Ok(has_started) => {
                if has_started {
                    shared.work.set_idle(free.iter().sum());
                }
                if outage.ends() {
                    tracing::info!("tasks are claimed again");
                }
            }
            Err(error) => {
                if outage.goes_on(Instant::now()) {
                    tracing::warn!(%error, "tasks could not be claimed; trying again and again");
                }
            }
        }
        tokio::select! {
            biased;
            () = shared.closing.cancelled() => break,
            Some(ended) = attempts.join_next(), if !attempts.is_empty() => {
                give_back(&mut free, ended);
                while let Some(ended) = attempts.try_join_next() {
                    give_back(&mut free, ended);
                }
            }
            () = shared.work.rung() => {}
            () = tokio::time::sleep(outage.pause().unwrap_or_default()), if outage.pause().is_some() => {}
            () = tokio::time::sleep(POLL), if shared.store.is_durable() => {}
        }
    }
    shared.work.set_idle(0);
    while attempts.join_next().await.is_some() {}
}

/// Takes in the pools that were added, and tells the store of their lanes.
async fn welcome(shared: &Arc<Shared>, free: &mut Vec<usize>, joined: &mut usize) {
    let pools = shared.crew.pools();
    free.extend(pools[free.len()..].iter().map(|pool| pool.workers));
    if *joined == pools.len() {
        return;
    }
    // One that worked nothing before has not looked for what dead processes left.
    let told = match *joined {
        0 => housekeeping::begin(shared).await,
        _ => shared.store.join(&shared.crew.lanes(), shared.options.lease.length).await,
    };
    match told {
        Ok(()) => *joined = pools.len(),
        Err(error) => tracing::warn!(%error, "the store was not told of a new handler; trying again"),
    }
}

/// Claims for every pool with free workers, until a claim fails; answers whether anything was started.
async fn fill(
    shared: &Arc<Shared>,
    free: &mut [usize],
    attempts: &mut JoinSet<usize>,
) -> Result<bool, StoreError> {
    let mut has_started = false;
    for (index, pool) in shared.crew.pools().iter().enumerate() {
        // One that was just added comes next time.
        if free.get(index).is_none_or(|free| *free == 0) {
            continue;
        }
        for task in shared.store.claim(&pool.lanes, free[index]).await? {
            has_started = true;
            free[index] -= 1;
            let run = attempt::run(Arc::clone(shared), task);
            attempts.spawn(async move {
                run.await;
                index
            });
        }
    }
    Ok(has_started)
}

fn give_back(free: &mut [usize], ended: Result<usize, tokio::task::JoinError>) {
    match ended {
        Ok(index) => free[index] += 1,
        // invariant: `attempt::run` catches the handler's panics; nothing else in it panics or is aborted.
        Err(error) => tracing::error!(%error, "an attempt ended without settling its task"),
    }
}
