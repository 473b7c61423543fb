//! What one process changes another hears of, without asking; and not what it changed itself.

use std::time::Duration;

use _core::store::{Clock, PostgresStore, Store};
use _core::task::Settlement;
use futures_util::future::join_all;

use crate::postgres::Database;
use crate::store::subject::lanes;
use crate::support::{noop, progress, transient};

/// No test waits as long unless something is broken.
const LIMIT: Duration = Duration::from_secs(30);

/// Whoever has something to say says it sooner.
const SILENCE: Duration = Duration::from_millis(300);

/// Two processes, both of which have heard that they hear.
async fn two(database: &Database) -> (PostgresStore, PostgresStore) {
    let (one, other) = (database.open(&Clock::System).await, database.open(&Clock::System).await);
    for store in [&one, &other] {
        tokio::time::timeout(LIMIT, store.hint()).await.unwrap();
        store.changed_elsewhere().await.unwrap();
    }
    (one, other)
}

/// Waits until a process is told of a change; what it was told before is forgotten.
async fn hears(store: &PostgresStore, change: impl Future<Output = ()>) {
    store.changed_elsewhere().await.unwrap();
    change.await;
    let told = async {
        // A hint may be one of what was known before.
        loop {
            store.hint().await;
            if store.changed_elsewhere().await.unwrap() {
                break;
            }
        }
    };
    tokio::time::timeout(LIMIT, told).await.expect("nobody told it");
}

#[tokio::test]
async fn every_change_is_told_to_the_other_process() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let mut id = None;
    hears(&other, async { id = Some(one.submit(noop()).await.unwrap().id()) }).await;
    let mut task = None;
    hears(&other, async { task = one.claim(&lanes(), 1).await.unwrap().pop() }).await;
    let (id, task) = (id.unwrap(), task.unwrap());
    hears(&other, async { one.report(id, task.token, progress(1)).await.unwrap() }).await;
    hears(&other, async { drop(one.cancel(id).await.unwrap()) }).await;
    hears(&other, async {
        one.settle(id, task.token, Settlement::Fail(transient())).await.unwrap();
    })
    .await;
    one.close().await;
    other.close().await;
}

#[tokio::test]
async fn a_burst_of_changes_is_told_in_few_words_and_the_last_is_not_missed() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    let burst = join_all((0..200).map(|_| one.submit(noop()))).await;
    let mut told = 0;
    for task in burst {
        let id = task.unwrap().id();
        while other.get(id).await.unwrap().is_none() {
            tokio::time::timeout(LIMIT, other.hint()).await.expect("a change was not told");
            told += 1;
        }
    }
    assert!(told < 200, "told {told} times");
    one.close().await;
    other.close().await;
}

#[tokio::test]
async fn what_changed_nothing_is_told_to_nobody_who_would_look_and_tell_in_turn() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;
    other.changed_elsewhere().await.unwrap();
    for _ in 0..3 {
        assert!(one.claim(&lanes(), 1).await.unwrap().is_empty());
        assert!(one.rescue().await.unwrap().is_empty());
        assert_eq!(one.prune(Duration::MAX).await.unwrap(), 0);
        one.promote().await.unwrap();
        one.adopt(Duration::MAX).await.unwrap();
        one.heartbeat(Duration::from_secs(45)).await.unwrap();
    }
    tokio::time::timeout(SILENCE, other.hint()).await.expect_err("there was nothing to tell");
    one.close().await;
    other.close().await;
}

#[tokio::test]
async fn a_listener_whose_connection_is_cut_listens_again_and_looks_for_what_it_missed() {
    let Some(database) = Database::fresh().await else { return };
    let (one, other) = two(&database).await;

    hears(&other, async {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND query ILIKE 'LISTEN%'";
        database.run(cut).await;
    })
    .await;

    hears(&other, async { drop(one.submit(noop()).await.unwrap()) }).await;
    one.close().await;
    other.close().await;
}
