//! The same with real processes: those of the old release and of the next come and go on one store.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use _core::engine::{Engine, EngineOptions};
use _core::store::{AnyStore, StoreLocation, StoreTerms};
use _core::task::{NewTask, TaskId};

use super::{PATIENCE, next_release};
use crate::store::subject::Place;
use crate::support::noop;

const STORE: &str = "OPENHANDS_TEST_STORE";

on_both_stores! {
    workers_of_two_releases_replace_each_other_and_every_task_is_done,
}

/// A worker in a process of its own, which ends when this is dropped or this process does.
struct Worker {
    process: Child,
    /// It works for as long as this is open.
    life: Option<ChildStdin>,
}

impl Worker {
    /// Starts one of the two below, and waits until it works.
    fn start(test: &str, place: &Place) -> Self {
        let address = match place {
            Place::Database(database) => database.url(),
            other => other.location().to_string(),
        };
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([&format!("operations::fleet::{test}"), "--exact", "--ignored", "--nocapture"])
            .env(STORE, address)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(process.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said.trim(), "works");
        let life = process.stdin.take();
        Self { process, life }
    }

    /// Has it give up its place, as an upgrade does.
    fn end(mut self) {
        drop(self.life.take());
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.life.take());
        self.process.wait().ok();
    }
}

/// Runs what waits, on the terms of a release, until standard input is closed.
async fn work(store: StoreTerms) {
    let Ok(address) = std::env::var(STORE) else { return };
    let location = StoreLocation::parse(&address, Path::new("/")).unwrap();
    let options = EngineOptions { store, ..EngineOptions::without_workers().with_quick_kinds() };
    let engine = Engine::open(&location, options).await.unwrap();
    eprintln!("works");
    let end = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    end.await.unwrap().unwrap();
    engine.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is started by the tests here"]
async fn works_as_this_release() {
    work(StoreTerms::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is started by the tests here"]
async fn works_as_the_next_release() {
    work(next_release()).await;
}

/// Submits so many tasks.
async fn submit(engine: &Engine, count: usize) -> Vec<TaskId> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(engine.submit(NewTask { submitter: engine.process(), ..noop() }).await.unwrap().id());
    }
    ids
}

async fn all_done(engine: &Engine, ids: &[TaskId]) {
    for id in ids {
        assert!(engine.wait(*id, Some(PATIENCE)).await.unwrap().is_success(), "{id}");
    }
}

async fn workers_of_two_releases_replace_each_other_and_every_task_is_done(place: Place) {
    let location = place.location();
    let client = Engine::open(&location, EngineOptions::without_workers()).await.unwrap();
    let old = Worker::start("works_as_this_release", &place);
    all_done(&client, &submit(&client, 20).await).await;

    let before = submit(&client, 200).await;
    let new = Worker::start("works_as_the_next_release", &place);
    let report = AnyStore::look_at_schema(&location, &next_release()).await.unwrap();
    assert_eq!((report.found, report.missing), (Some(9001), vec![]));
    let together = submit(&client, 200).await;
    old.end();
    let alone = submit(&client, 20).await;
    for ids in [&before, &together, &alone] {
        all_done(&client, ids).await;
    }

    // And back: the schema stays.
    let back = Worker::start("works_as_this_release", &place);
    new.end();
    all_done(&client, &submit(&client, 20).await).await;
    back.end();
    let stats = client.stats().await.unwrap();
    assert_eq!((stats.total_tasks, stats.completed, stats.workers), (460, 460, 0));
    client.stop(PATIENCE).await;
}
