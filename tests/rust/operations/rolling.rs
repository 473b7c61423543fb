//! A fleet is replaced while it works: programs of two releases share a store across a step of its schema, submit, run and
//! wait for each other, and nothing is lost.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use _core::engine::{Engine, EngineOptions};
use _core::store::{AnyStore, Store, StoreLocation, StoreTerms};
use _core::task::{ProcessId, TaskId, TaskStatus};
use sqlx::{Connection, Executor, PgConnection};
use tokio::task::JoinSet;

use super::{PATIENCE, breaking_release, never, next_release, open};
use crate::postgres::Database;
use crate::store::subject::Place;
use crate::support::noop;

on_both_stores! {
    old_and_new_workers_go_on_together_while_a_step_is_applied,
    an_old_program_may_open_a_newer_schema_that_lets_it,
    a_program_that_runs_goes_on_and_one_that_starts_is_refused,
}

/// An engine of a program, which runs what does nothing and submits it too.
async fn engine(location: &StoreLocation, store: StoreTerms) -> Arc<Engine> {
    let options = EngineOptions { store, ..EngineOptions::without_workers().with_quick_kinds() };
    Arc::new(Engine::open(location, options).await.unwrap())
}

/// Submits by one engine and waits by another, until it is told to end; at least one task.
async fn work(by: Arc<Engine>, waiting: Arc<Engine>, is_over: Arc<AtomicBool>, count: Arc<AtomicU32>) {
    loop {
        let task = _core::task::NewTask { submitter: by.process(), ..noop() };
        let id = by.submit(task).await.unwrap().id();
        let done = waiting.wait(id, Some(PATIENCE)).await.unwrap();
        assert!(done.is_success(), "{:?}", done.task);
        count.fetch_add(1, Ordering::SeqCst);
        if is_over.load(Ordering::SeqCst) {
            return;
        }
    }
}

/// Waits until so many more tasks were done.
async fn more(count: &AtomicU32, tasks: u32) {
    let goal = count.load(Ordering::SeqCst) + tasks;
    while count.load(Ordering::SeqCst) < goal {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn old_and_new_workers_go_on_together_while_a_step_is_applied(place: Place) {
    let location = place.location();
    let (old, waits) =
        (engine(&location, StoreTerms::default()).await, engine(&location, StoreTerms::default()).await);
    let (is_over, count) = (Arc::<AtomicBool>::default(), Arc::<AtomicU32>::default());
    let mut load = JoinSet::new();
    let mut begin = |by: &Arc<Engine>, waiting: &Arc<Engine>| {
        load.spawn(work(Arc::clone(by), Arc::clone(waiting), Arc::clone(&is_over), Arc::clone(&count)));
    };
    for _ in 0..4 {
        begin(&old, &waits);
        begin(&waits, &old);
    }
    tokio::time::timeout(PATIENCE, more(&count, 40)).await.expect("nothing is done before the step");

    // The first of the new brings the schema up to date, in the midst of it all.
    let new = engine(&location, next_release()).await;
    let old_that_comes_late = engine(&location, StoreTerms::default()).await;
    let report = AnyStore::look_at_schema(&location, &next_release()).await.unwrap();
    assert_eq!((report.found, report.missing), (Some(9001), vec![]));
    for _ in 0..2 {
        begin(&new, &old);
        begin(&old, &new);
        begin(&old_that_comes_late, &new);
        begin(&new, &old_that_comes_late);
    }
    tokio::time::timeout(PATIENCE, more(&count, 200)).await.expect("it does not go on after the step");
    is_over.store(true, Ordering::SeqCst);
    let ended = async {
        while let Some(end) = load.join_next().await {
            end.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.expect("somebody waits for ever");

    let stats = old.stats().await.unwrap();
    let done = u64::from(count.load(Ordering::SeqCst));
    assert_eq!((stats.total_tasks, stats.completed, stats.failed), (done, done, 0));
    for engine in [old, waits, new, old_that_comes_late] {
        engine.stop(PATIENCE).await;
    }
}

/// Who claimed how many.
async fn claim_all(stores: &[&AnyStore]) -> HashMap<ProcessId, Vec<(TaskId, u64)>> {
    let mut claimed = HashMap::new();
    for store in stores {
        let tasks = store.claim(&crate::store::subject::lanes(), 1).await.unwrap();
        claimed.insert(store.process(), tasks.iter().map(|task| (task.id(), task.token)).collect());
    }
    claimed
}

async fn an_old_program_may_open_a_newer_schema_that_lets_it(place: Place) {
    let location = place.location();
    let new = open(&location, &next_release()).await.unwrap();
    let old = open(&location, &StoreTerms::default()).await.unwrap();
    let looking = open(&location, &StoreTerms::default().only_reading()).await.unwrap();
    let ids = [old.submit(noop()).await.unwrap().id(), new.submit(noop()).await.unwrap().id()];

    let claimed = claim_all(&[&old, &new]).await;

    assert!(claimed.values().all(|tasks| tasks.len() == 1), "{claimed:?}");
    for (store, other) in [(&old, &new), (&new, &old)] {
        let (id, token) = claimed[&store.process()][0];
        let done = _core::task::Settlement::Complete(Arc::new(serde_json::json!(1)));
        store.settle(id, token, done).await.unwrap();
        assert_eq!(other.get(id).await.unwrap().unwrap().status(), TaskStatus::Completed);
    }
    for id in ids {
        assert_eq!(looking.get(id).await.unwrap().unwrap().status(), TaskStatus::Completed);
    }
    let report = AnyStore::migrate(&location, &StoreTerms::default()).await.unwrap();
    assert_eq!((report.found, report.release, report.applied), (Some(9001), 10, vec![]));
    for store in [new, old, looking] {
        store.close().await;
    }
}

async fn a_program_that_runs_goes_on_and_one_that_starts_is_refused(place: Place) {
    let location = place.location();
    let old = open(&location, &StoreTerms::default()).await.unwrap();
    let new = open(&location, &breaking_release()).await.unwrap();
    new.submit(noop()).await.unwrap();
    assert_eq!(old.stats().await.unwrap().queued, 1);
    let late = open(&location, &never(StoreTerms::default())).await.unwrap_err().to_string();
    assert!(late.contains("newer release"), "{late}");
    old.close().await;
    new.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_somebody_holds_up_lets_the_queue_go_on_and_is_applied_afterwards() {
    let Some(database) = Database::fresh().await else { return };
    let location = database.location();
    let store = open(&location, &StoreTerms::default()).await.unwrap();
    // As a dump does, which reads for hours.
    let mut reading = PgConnection::connect(&database.url()).await.unwrap();
    reading.execute("BEGIN; LOCK TABLE testgen.task IN ACCESS SHARE MODE").await.unwrap();

    let migrating = tokio::spawn({
        let location = location.clone();
        async move { AnyStore::migrate(&location, &next_release()).await }
    });
    let mut watching = PgConnection::connect(&database.url()).await.unwrap();
    let waits = async {
        const WAITS: &str = "SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' \
             AND relation = 'testgen.task'::regclass";
        while watching.fetch_optional(WAITS).await.unwrap().is_none() {}
    };
    tokio::time::timeout(PATIENCE, waits).await.expect("the step is not held up");
    // Comes after the step, and would wait for as long as the dump.
    store.submit(noop()).await.unwrap();
    assert!(!migrating.is_finished());

    reading.execute("COMMIT").await.unwrap();
    let report =
        tokio::time::timeout(PATIENCE, migrating).await.expect("it waits for ever").unwrap().unwrap();
    assert_eq!((report.found, report.applied.len()), (Some(10), 1));
    assert_eq!(store.stats().await.unwrap().queued, 1);
    store.close().await;
}
