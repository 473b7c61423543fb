//! A store that is only read: everything can be looked at and waited for, whatever would write is refused with the reason,
//! and whoever looks leaves no trace.

use std::fs;
use std::sync::Arc;

use _core::engine::{Engine, EngineError, EngineOptions};
use _core::store::{AnyStore, Store, StoreError, StoreLocation, StoreTerms};
use _core::task::{ListFilter, Settlement, TaskStatus};
use serde_json::json;

use super::{PATIENCE, next_release, open};
use crate::postgres::{Database, Server};
use crate::store::subject::{Place, lanes};
use crate::support::noop;

on_both_stores! {
    everything_can_be_looked_at_and_nothing_written,
    an_engine_that_only_reads_waits_for_what_others_do,
    nothing_that_is_not_there_is_made,
    an_old_schema_is_not_brought_up_to_date_by_who_only_reads,
}

fn reading() -> StoreTerms {
    StoreTerms::default().only_reading()
}

/// What every writing operation says.
async fn refusals(store: &AnyStore) -> Vec<String> {
    let task = noop();
    let id = task.id;
    let complete = Settlement::Complete(Arc::new(json!(1)));
    let errors: [Option<StoreError>; 7] = [
        store.submit(task).await.err(),
        store.cancel(id).await.err(),
        store.claim(&lanes(), 1).await.err(),
        store.settle(id, 1, complete).await.err(),
        store.join(&lanes(), PATIENCE).await.err(),
        store.heartbeat(PATIENCE).await.err(),
        store.renew(id, 1).await.err(),
    ];
    let read_only = |error: Option<StoreError>| match error {
        Some(error @ StoreError::ReadOnly { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    errors.into_iter().map(read_only).collect()
}

/// Looks at everything there is of one task that has completed.
async fn look_at_all(store: &AnyStore, id: _core::task::TaskId) {
    assert_eq!(store.get(id).await.unwrap().unwrap().status(), TaskStatus::Completed);
    assert_eq!(*store.result(id).await.unwrap().unwrap(), json!(1));
    assert_eq!(store.list(ListFilter::default()).await.unwrap().tasks.len(), 1);
    assert_eq!(store.stats().await.unwrap().completed, 1);
    assert_eq!(store.events(id, 0, 10).await.unwrap().unwrap().len(), 3);
    store.members().await.unwrap();
    store.needs_rescue().await.unwrap();
}

/// One task that has completed, by a process that works.
async fn one_done(worker: &AnyStore) -> _core::task::TaskId {
    worker.join(&lanes(), PATIENCE).await.unwrap();
    let id = worker.submit(noop()).await.unwrap().id();
    let task = worker.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    worker.settle(id, task.token, Settlement::Complete(Arc::new(json!(1)))).await.unwrap();
    id
}

async fn everything_can_be_looked_at_and_nothing_written(place: Place) {
    let location = place.location();
    let worker = open(&location, &StoreTerms::default()).await.unwrap();
    let id = one_done(&worker).await;

    let store = open(&location, &reading()).await.unwrap();

    look_at_all(&store, id).await;
    assert_eq!(store.members().await.unwrap().len(), 1, "the worker alone takes part");
    for refusal in refusals(&store).await {
        assert!(refusal.contains("OPENHANDS_STORE_READ_ONLY"), "{refusal}");
    }
    assert_eq!(worker.stats().await.unwrap().total_tasks, 1);
    store.close().await;
    look_at_all(&worker, id).await;
    worker.close().await;
}

async fn an_engine_that_only_reads_waits_for_what_others_do(place: Place) {
    let location = place.location();
    let worker = open(&location, &StoreTerms::default()).await.unwrap();
    let id = worker.submit(noop()).await.unwrap().id();
    let options = EngineOptions { store: reading(), ..EngineOptions::without_workers() };
    let engine = Engine::open(&location, options.clone()).await.unwrap();
    let done = async {
        let task = worker.claim(&lanes(), 1).await.unwrap().pop().unwrap();
        worker.settle(id, task.token, Settlement::Complete(Arc::new(json!(1)))).await.unwrap();
    };

    let (finished, ()) = tokio::join!(engine.wait(id, Some(PATIENCE)), done);

    assert_eq!(*finished.unwrap().result.unwrap(), json!(1));
    let refused = engine.cancel(id).await.unwrap_err();
    assert!(matches!(refused, EngineError::Store(StoreError::ReadOnly { .. })), "{refused:?}");
    engine.stop(PATIENCE).await;
    let works = Engine::open(&location, options.with_quick_kinds()).await.unwrap_err();
    assert!(works.to_string().contains("OPENHANDS_STORE_READ_ONLY"), "{works}");
    worker.close().await;
}

async fn nothing_that_is_not_there_is_made(place: Place) {
    let location = place.location();
    let error = open(&location, &reading()).await.unwrap_err().to_string();
    assert!(error.contains("nothing to read") || error.contains("has no schema yet"), "{error}");
    let report = AnyStore::look_at_schema(&location, &StoreTerms::default()).await.unwrap();
    assert_eq!(report.found, None);
    if let StoreLocation::Sqlite(path) = location {
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

async fn an_old_schema_is_not_brought_up_to_date_by_who_only_reads(place: Place) {
    let location = place.location();
    open(&location, &StoreTerms::default()).await.unwrap().close().await;
    let error = open(&location, &next_release().only_reading()).await.unwrap_err().to_string();
    assert!(error.contains("openhands-testgen migrate"), "{error}");
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_found_out_and_can_be_looked_at() {
    let Some(database) = Database::fresh().await else { return };
    let location = database.location();
    let worker = open(&location, &StoreTerms::default()).await.unwrap();
    let id = one_done(&worker).await;
    let read_only = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', \
         current_database()); END $$";
    database.run(read_only).await;

    let store = open(&location, &StoreTerms::default()).await.unwrap();

    look_at_all(&store, id).await;
    for refusal in refusals(&store).await {
        assert!(refusal.contains("default_transaction_read_only"), "{refusal}");
    }
    store.close().await;
    worker.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_can_be_looked_at_and_shows_what_the_primary_does() {
    let Some(primary) = Server::of_its_own() else { return };
    let database = Database::empty_on(primary).await;
    let worker = open(&database.location(), &StoreTerms::default()).await.unwrap();
    let standby = tokio::task::spawn_blocking(|| primary.standby()).await.unwrap();
    let location = database.location_on(&standby);
    let store = open(&location, &StoreTerms::default()).await.unwrap();
    for refusal in refusals(&store).await {
        assert!(refusal.contains("is a standby") && refusal.contains("primary"), "{refusal}");
    }
    let engine = Engine::open(&location, EngineOptions::without_workers()).await.unwrap();

    let id = one_done(&worker).await;

    let arrives = async {
        while !matches!(engine.get(id).await, Ok(task) if task.status().is_final()) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, arrives).await.expect("it never gets to the standby");
    look_at_all(&store, id).await;
    assert!(engine.wait(id, Some(PATIENCE)).await.unwrap().is_success());
    engine.stop(PATIENCE).await;
    store.close().await;
    worker.close().await;
}
