//! Sixteen clients in four processes use one file at random, and one process after the other is killed. Afterwards
//! a program reads what they all saw, and judges it by the promises.
//!
//! `client` is one process; `event` is what it writes down; `history` puts all of it together; `promises` judges.

mod client;
mod event;
mod history;
mod promises;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use _core::store::StoreLocation;
use fastrand::Rng;
use tokio::time::Instant;

use self::event::Event;
use self::history::History;
use super::figures::{figures, seed};
use super::moment::now;
use super::process::Process;
use crate::store::subject::folder;

/// How many processes there are at once.
const PROCESSES: usize = 4;
/// Long enough for all that is left to be run.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_sixteen_clients_in_four_processes_saw_agrees_with_the_promises() {
    let mut rng = Rng::with_seed(seed());
    let folder = folder();
    let path = folder.path().join("tasks.db");
    let mut history = History::default();
    let mut processes: Vec<Process> = (0..PROCESSES).map(|_| client::start(&path, rng.u64(..))).collect();
    let end = Instant::now() + figures().clients;
    while Instant::now() < end {
        hear_all(Duration::from_millis(rng.u64(200..800)), &mut processes, &mut history).await;
        // The first is never killed, so that something always goes on.
        let victim = rng.usize(1..PROCESSES);
        let fresh = client::start(&path, rng.u64(..));
        kill(std::mem::replace(&mut processes[victim], fresh), &mut history).await;
    }
    for process in processes {
        kill(process, &mut history).await;
    }
    let records = history::Records::read(&run_the_rest(&path).await).await;
    println!("{}", history.summary());
    promises::judge(&history, &records);
}

/// Takes down what all processes say for a while.
async fn hear_all(time: Duration, processes: &mut [Process], history: &mut History) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        for process in &mut *processes {
            let slice = (Instant::now() + Duration::from_millis(5)).min(end);
            while let Ok(line) = tokio::time::timeout_at(slice, process.line()).await {
                history.hear(process.id(), &line.expect("the process lives").1);
            }
        }
    }
}

async fn kill(process: Process, history: &mut History) {
    let (id, at) = (process.id(), now());
    // What was said before the kill, and what is still in the pipe.
    for (_, line) in process.kill().await {
        history.hear(id, &line);
    }
    history.hear_event(id, Event::Killed { at });
}

/// Runs what nobody has run yet: no task may be stuck.
async fn run_the_rest(path: &Path) -> Engine {
    let options = client::options(Arc::new(|_: &Event| {}));
    let location = StoreLocation::Sqlite(path.to_owned());
    let engine = Engine::open(&location, EngineOptions { resume_max_age: PATIENCE * 60, ..options }).await;
    let engine = engine.unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let stats = engine.stats().await.unwrap();
        if stats.pending + stats.queued + stats.running == 0 {
            return engine;
        }
        assert!(Instant::now() < deadline, "tasks are stuck: {stats:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
