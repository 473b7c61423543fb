//! What does a large load cost, and does anything get lost in it? A process of its own takes the whole load at
//! once, so that its memory can be measured.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use _core::kinds::{Attempt, Handler, HandlerFuture};
use _core::store::StoreLocation;
use _core::task::{NewTask, TaskId};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::figures::{Load, figures};
use super::process::{Process, end_with_parent, say};
use crate::store::subject::folder;
use crate::support::{noop, noop_lane};

const STORE: &str = "OTG_SOAK_STORE";
const LOAD: &str = "OTG_SOAK_LOAD";
/// A wait that ends by itself has lost its wake-up.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn memory_takes_a_large_load_at_once() {
    let figures = figures();
    let measured = carry("memory:", figures.load_in_memory).await;
    // The budget of a release build is 700 B and its payload.
    assert!(measured["bytes a queued task"] < 2_000, "{measured:?}");
    assert!(measured["bytes a waiter"] < 8_000, "{measured:?}");
}

#[tokio::test]
async fn sqlite_takes_a_large_load_at_once() {
    let folder = folder();
    let store = format!("sqlite:{}", folder.path().join("tasks.db").display());
    let measured = carry(&store, figures().load_on_file).await;
    // Tasks are in the file; what is kept by task is a place in a channel at most.
    assert!(measured["bytes a queued task"] < 20_000, "{measured:?}");
    assert!(measured["bytes a waiter"] < 20_000, "{measured:?}");
}

/// Has a fresh process carry the load; answers its figures by name.
async fn carry(store: &str, load: Load) -> HashMap<String, u64> {
    let text = format!("{} {}", load.submissions, load.waiters);
    let variables = [(STORE, store), (LOAD, text.as_str())];
    let mut process = Process::start("soak::load::carries_the_load", &variables);
    let mut measured = HashMap::new();
    while let Some((_, line)) = process.line().await {
        println!("{store} {line}");
        if let Some((name, figure)) = line.split_once(": ") {
            measured.extend(figure.parse().map(|figure| (name.to_owned(), figure)));
        }
    }
    assert_eq!(measured.get("completed"), Some(&(load.submissions as u64)), "{measured:?}");
    assert_eq!(measured.get("woken"), Some(&(load.waiters as u64)), "{measured:?}");
    measured
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is started by the tests"]
async fn carries_the_load() {
    let Ok(store) = std::env::var(STORE) else { return };
    end_with_parent();
    let load = std::env::var(LOAD).unwrap();
    let (submissions, waiters) = load.split_once(' ').unwrap();
    let (submissions, waiters): (usize, usize) = (submissions.parse().unwrap(), waiters.parse().unwrap());
    let location = StoreLocation::parse(&store, Path::new("/")).unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let options = EngineOptions::without_workers();
    let options = options.with_pool(noop_lane(), 4, Arc::new(Gated(Arc::clone(&gate))));
    let engine = Arc::new(Engine::open(&location, options).await.unwrap());

    let before = resident_bytes();
    let ids = submit_at_once(&engine, submissions).await;
    let queued = resident_bytes();
    say(&format!("bytes a queued task: {}", (queued - before) / submissions));
    let waits = wait_at_once(&engine, &ids[submissions - waiters..]).await;
    say(&format!("bytes a waiter: {}", resident_bytes().saturating_sub(queued) / waiters));
    gate.close();
    let woken = waits.join_all().await.into_iter().filter(|woken| *woken).count();
    say(&format!("woken: {woken}"));
    for id in ids {
        engine.wait(id, Some(PATIENCE)).await.unwrap();
    }
    say(&format!("completed: {}", engine.stats().await.unwrap().completed));
    engine.stop(Duration::ZERO).await;
}

/// Every submission is a task of its own, and none waits for another.
async fn submit_at_once(engine: &Arc<Engine>, count: usize) -> Vec<TaskId> {
    let mut submissions = JoinSet::new();
    for _ in 0..count {
        let engine = Arc::clone(engine);
        let task = NewTask { submitter: engine.process(), ..noop() };
        submissions.spawn(async move { engine.submit(task).await.unwrap().id() });
    }
    let mut ids = submissions.join_all().await;
    ids.sort();
    ids
}

/// Answers when all of them wait.
async fn wait_at_once(engine: &Arc<Engine>, ids: &[TaskId]) -> JoinSet<bool> {
    let waiting = Arc::new(Semaphore::new(0));
    let mut waits = JoinSet::new();
    for id in ids.iter().copied() {
        let (engine, waiting) = (Arc::clone(engine), Arc::clone(&waiting));
        waits.spawn(async move {
            let wait = engine.wait(id, Some(PATIENCE));
            tokio::pin!(wait);
            // Once it has been asked, it waits: the gate is shut.
            let asked = futures_util::future::poll_immediate(&mut wait).await;
            waiting.add_permits(1);
            let ended = match asked {
                Some(ended) => ended,
                None => wait.await,
            };
            ended.is_ok_and(|finished| finished.is_success())
        });
    }
    let _ = waiting.acquire_many(u32::try_from(ids.len()).unwrap()).await;
    waits
}

/// Every attempt waits until the gate is gone.
struct Gated(Arc<Semaphore>);

impl Handler for Gated {
    fn run<'a>(&'a self, _: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async {
            let _ = self.0.acquire().await;
            Ok(Arc::new(json!({})))
        })
    }
}

/// What this process holds in memory; 0 where that cannot be asked.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|text| text.trim_end_matches("kB").trim().parse::<usize>().ok());
    kilobytes.unwrap_or(0) * 1024
}
