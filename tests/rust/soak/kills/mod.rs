//! The process that holds the queue is killed again and again, with children under way: what it acknowledged is
//! there, nothing of it lives on, and what it ran runs again.
//!
//! `holder` is that process; `ledger` compares what it said with the store.

mod holder;
mod ledger;

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use _core::sandbox::Level;
use _core::task::TaskId;
use fastrand::Rng;

use self::ledger::Ledger;
use super::figures::{figures, seed, spread};
use super::process::Process;
use super::survivors;
use crate::sandbox::ground;
use crate::store::subject::folder;

/// How many kills one store lives through.
const KILLS_PER_STORE: usize = 50;
/// Long enough for anything that happens at all.
const PATIENCE: Duration = Duration::from_secs(30);
/// The promise is that no child lives longer than two seconds after the death of its process, and that what ran runs
/// again within two seconds; the slack is for machines that do much else. What it took is printed.
const CHILDREN_GONE: Duration = Duration::from_secs(10);
const RUNS_AGAIN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_the_process_that_holds_the_queue_loses_nothing_and_leaves_nothing() {
    let mut rng = Rng::with_seed(seed());
    let levels = levels().await;
    let mut times = Times::default();
    let mut left = figures().kills;
    while left > 0 {
        let kills = left.min(KILLS_PER_STORE);
        one_store(kills, &levels, &mut rng, &mut times).await;
        left -= kills;
    }
    assert!(times.children > 0 && !times.runs_again.is_empty(), "nothing ran when it was killed");
    println!("{} kills; runs again: {}", figures().kills, spread(times.runs_again));
    println!("{} children; the last gone: {}", times.children, spread(times.children_gone));
}

/// What was measured.
#[derive(Debug, Default)]
struct Times {
    /// From the start of a process until what ran in its predecessor runs again.
    runs_again: Vec<Duration>,
    /// From a kill until no child lives.
    children_gone: Vec<Duration>,
    /// How many processes of children lived just before the kills.
    children: usize,
}

/// The levels of isolation that this machine has.
async fn levels() -> Vec<&'static str> {
    let mut levels = Vec::new();
    for level in Level::ALL {
        if ground::sandbox(level).await.is_some() {
            levels.push(level.as_str());
        }
    }
    levels
}

async fn one_store(kills: usize, levels: &[&str], rng: &mut Rng, times: &mut Times) {
    let folder = folder();
    let store = folder.path().join("tasks.db");
    let mut ledger = Ledger::default();
    for _ in 0..kills {
        let level = levels[rng.usize(..levels.len())];
        let mut holder = holder::start(&store, level, rng.u64(..));
        // Some die while they open the store; the others are given time to go on with what ran.
        if rng.u8(..4) > 0 {
            hear_until_it_runs_again(&mut holder, &mut ledger, times, &store).await;
        }
        hear_for(Duration::from_millis(rng.u64(..250)), &mut holder, &mut ledger).await;
        times.children += survivors::count(&mark(&store));
        let killed = Instant::now();
        for (_, line) in holder.kill().await {
            ledger.hear(&line);
        }
        survivors::wait_until_gone(&mark(&store), CHILDREN_GONE).await;
        times.children_gone.push(killed.elapsed());
        ledger.check(&store).await;
    }
    ledger.check_all_results(&store).await;
}

async fn hear_until_it_runs_again(
    holder: &mut Process,
    ledger: &mut Ledger,
    times: &mut Times,
    store: &Path,
) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut awaited: HashSet<TaskId> = ledger.to_run_again().clone();
    while !awaited.is_empty() {
        let Ok(heard) = tokio::time::timeout_at(deadline, holder.line()).await else {
            panic!("these do not run again: {awaited:?} of {}", ledger::unfinished(store).await);
        };
        let (heard, line) = heard.expect("the process lives");
        if let Some(id) = ledger.hear(&line).filter(|id| awaited.remove(id)) {
            let time = heard - holder.started;
            assert!(time < RUNS_AGAIN, "{id} ran again after {time:?}");
            times.runs_again.push(time);
        }
    }
}

async fn hear_for(time: Duration, holder: &mut Process, ledger: &mut Ledger) {
    let end = tokio::time::Instant::now() + time;
    while let Ok(Some((_, line))) = tokio::time::timeout_at(end, holder.line()).await {
        ledger.hear(&line);
    }
}

/// A text that marks the children of all processes on this store.
fn mark(store: &Path) -> String {
    store.display().to_string()
}
