//! Connections break and servers go away: what was answered stays, what was not is done again, or an error says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use _core::store::{Clock, PostgresStore, Store};
use _core::task::{Settlement, TaskStatus};
use serde_json::json;

use crate::postgres::{Database, Server};
use crate::store::subject::lanes;
use crate::support::{noop, noop_of_key, progress};

/// Cuts every connection to a database but the one that does so.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test]
async fn after_every_connection_was_cut_each_operation_goes_on_as_if_nothing_had_been() {
    let Some(database) = Database::fresh().await else { return };
    let store = database.open(&Clock::System).await;
    let id = store.submit(noop()).await.unwrap().id();

    database.run(CUT).await;
    let claimed = store.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    assert_eq!(claimed.id(), id);
    database.run(CUT).await;
    store.report(id, claimed.token, progress(1)).await.unwrap();
    database.run(CUT).await;
    store.heartbeat(Duration::from_secs(45)).await.unwrap();
    database.run(CUT).await;
    assert_eq!(store.stats().await.unwrap().running, 1);
    database.run(CUT).await;
    let done = Settlement::Complete(Arc::new(json!(1)));
    assert_eq!(store.settle(id, claimed.token, done).await.unwrap().status(), TaskStatus::Completed);
    database.run(CUT).await;
    assert_eq!(*store.result(id).await.unwrap().unwrap(), json!(1));
    database.run(CUT).await;
    store.submit(noop_of_key("k")).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_connections_are_cut_all_the_time_nothing_is_lost_or_done_twice() {
    let Some(database) = Database::fresh().await else { return };
    let cuts = AtomicU32::new(0);
    let storm = async {
        loop {
            database.run(CUT).await;
            cuts.fetch_add(1, Ordering::SeqCst);
            // Long enough for some operations, and too short for many.
            tokio::time::sleep(Duration::from_millis(fastrand::u64(1..60))).await;
        }
    };
    withstands(&database, storm, || cuts.load(Ordering::SeqCst) >= 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_crashes_again_and_again_nothing_is_lost_or_done_twice() {
    let Some(server) = Server::of_its_own() else { return };
    let database = Database::empty_on(server).await;
    database.open(&Clock::System).await.close().await;
    let crashes = AtomicU32::new(0);
    let storm = async {
        loop {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(1..200))).await;
            let crash = move || ["crash", "start"].map(|order| server.order(order));
            tokio::task::spawn_blocking(crash).await.unwrap();
            crashes.fetch_add(1, Ordering::SeqCst);
        }
    };
    withstands(&database, storm, || crashes.load(Ordering::SeqCst) >= 5).await;
}

/// Two processes submit, claim and complete tasks while something goes on that never ends by itself, until there was
/// enough of it.
async fn withstands(database: &Database, storm: impl Future<Output = ()>, is_enough: impl Fn() -> bool) {
    let (one, other) = (database.open(&Clock::System).await, database.open(&Clock::System).await);
    let work = async {
        let mut submitted = Vec::new();
        while !is_enough() {
            for _ in 0..10 {
                submitted.push(one.submit(noop()).await.unwrap().id());
            }
            complete(&[&one, &other], 10).await;
        }
        submitted
    };
    let submitted = tokio::select! {
        () = storm => unreachable!("it never ends"),
        submitted = work => submitted,
    };
    let (stats, all) = (one.stats().await.unwrap(), submitted.len() as u64);
    assert_eq!((stats.total_tasks, stats.completed), (all, all));
    for id in submitted {
        let events = one.events(id, 0, 100).await.unwrap().unwrap();
        assert_eq!(events.len(), 3, "{events:?}");
    }
    one.close().await;
    other.close().await;
}

/// Claims and completes so many tasks, each by one of these processes.
async fn complete(stores: &[&PostgresStore], count: usize) {
    let mut ended = 0;
    while ended < count {
        for store in stores {
            // A claim whose answer was lost holds tasks that nobody here runs.
            let claimed = match store.claim(&lanes(), 4).await {
                Ok(claimed) => claimed.iter().map(|task| (task.id(), task.token)).collect(),
                Err(_) => store.heartbeat(Duration::from_secs(45)).await.unwrap(),
            };
            for (id, token) in claimed {
                let settled = store.settle(id, token, Settlement::Complete(Arc::new(json!(1)))).await;
                assert_eq!(settled.unwrap().status(), TaskStatus::Completed);
                ended += 1;
            }
        }
    }
}

#[tokio::test]
async fn a_statement_that_the_database_refuses_harms_no_other_of_its_group() {
    let Some(database) = Database::fresh().await else { return };
    let store = database.open(&Clock::System).await;
    database.run("ALTER TABLE testgen.task ADD CONSTRAINT picky CHECK (owner <> 'bad')").await;
    let bad = crate::support::noop_of_owner("bad");
    let (good, bad, fine) = tokio::join!(store.submit(noop()), store.submit(bad), store.submit(noop()));
    assert!(bad.unwrap_err().to_string().contains("the database refused"));
    assert!(good.is_ok() && fine.is_ok());
    assert_eq!(store.stats().await.unwrap().queued, 2);
    store.close().await;
}
