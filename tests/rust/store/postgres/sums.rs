//! Counts, turns and times: what many processes add up without waiting for each other is right all the same.

use std::sync::Arc;
use std::time::Duration;

use _core::store::{Clock, Limits, PostgresStore, Store, StoreError};
use _core::task::{Lane, NewTask, Settlement, State, TaskStatus, Terms, Wait};
use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::json;

use crate::postgres::Database;
use crate::store::subject::lanes;
use crate::support::{noop, noop_after, noop_lane, noop_on, transient};

async fn stores(database: &Database, count: usize) -> Vec<Arc<PostgresStore>> {
    join_all((0..count).map(|_| database.open(&Clock::System))).await.into_iter().map(Arc::new).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counts_are_right_while_rows_are_put_together() {
    let Some(database) = Database::fresh().await else { return };
    let stores = stores(&database, 3).await;
    let work = stores.iter().map(|store| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            for _ in 0..30 {
                store.submit(noop()).await.unwrap();
                for task in store.claim(&lanes(), 1).await.unwrap() {
                    store
                        .settle(task.id(), task.token, Settlement::Complete(Arc::new(json!(1))))
                        .await
                        .unwrap();
                }
                store.prune(Duration::MAX).await.unwrap();
            }
        })
    });
    for worker in join_all(work).await {
        worker.unwrap();
    }
    let stats = stores[0].stats().await.unwrap();
    assert_eq!((stats.total_tasks, stats.queued + stats.completed, stats.running), (90, 90, 0));
    join_all(stores.iter().map(|store| store.close())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn limits_are_never_exceeded_however_many_processes_ask_at_once() {
    let Some(database) = Database::fresh().await else { return };
    let stores = stores(&database, 4).await;
    for store in &stores {
        store.set_limits(Limits { queued: Some(10), running: Some(3), ..Limits::default() });
    }
    let submissions = stores.iter().map(|store| join_all((0..8).map(|_| store.submit(noop()))));
    let outcomes: Vec<_> = join_all(submissions).await.into_iter().flatten().collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
    assert!(
        outcomes.iter().filter_map(|it| it.as_ref().err()).all(|it| matches!(it, StoreError::Full { .. }))
    );

    let lanes = lanes();
    let claims = join_all(stores.iter().map(|store| store.claim(&lanes, 2))).await;
    assert_eq!(claims.into_iter().map(|claimed| claimed.unwrap().len()).sum::<usize>(), 3);
    join_all(stores.iter().map(|store| store.close())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_two_processes_get_one_task_and_none_waits_for_another() {
    let Some(database) = Database::fresh().await else { return };
    let stores = stores(&database, 4).await;
    for _ in 0..100 {
        stores[0].submit(noop()).await.unwrap();
    }
    let claims = stores.iter().map(|store| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut claimed = Vec::new();
            for _ in 0..40 {
                claimed.extend(store.claim(&lanes(), 3).await.unwrap().iter().map(|task| task.id()));
            }
            claimed
        })
    });
    let mut all: Vec<_> = join_all(claims).await.into_iter().flat_map(Result::unwrap).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 100);
    join_all(stores.iter().map(|store| store.close())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_tasks_that_end_at_once_in_two_processes_neither_forgets_who_waits_for_both() {
    let Some(database) = Database::fresh().await else { return };
    let stores = stores(&database, 2).await;
    for _ in 0..30 {
        let (one, other) = (&stores[0], &stores[1]);
        let (mine, theirs) =
            (one.submit(noop()).await.unwrap().id(), other.submit(noop()).await.unwrap().id());
        let claimed = one.claim(&lanes(), 2).await.unwrap();
        let end = |store: &Arc<PostgresStore>, index: usize| {
            let (store, task) = (Arc::clone(store), Arc::clone(&claimed[index]));
            let done = Settlement::Complete(Arc::new(json!(1)));
            async move { store.settle(task.id(), task.token, done).await.unwrap() }
        };
        let (waiting, _, _) =
            tokio::join!(one.submit(noop_after(&[mine, theirs])), end(one, 0), end(other, 1));
        let waiting = one.get(waiting.unwrap().id()).await.unwrap().unwrap();
        assert_eq!(waiting.status(), TaskStatus::Queued);
        one.cancel(waiting.id()).await.unwrap();
    }
    join_all(stores.iter().map(|store| store.close())).await;
}

#[tokio::test]
async fn the_database_tells_the_time_and_a_due_task_becomes_queued_by_it() {
    let Some(database) = Database::fresh().await else { return };
    let store = database.open(&Clock::System).await;
    let id = store.submit(noop()).await.unwrap().id();
    let task = store.claim(&[noop_lane()], 1).await.unwrap().pop().unwrap();
    let due = Utc::now();
    let retried =
        store.settle(id, task.token, Settlement::Retry { failure: transient(), due }).await.unwrap();
    assert!(matches!(retried.state, State::Pending { wait: Wait::Due(_) }));
    while store.promote().await.unwrap().promoted == 0 {}
    assert_eq!(store.claim(&[noop_lane()], 1).await.unwrap().pop().unwrap().id(), id);

    let later = Utc::now() + TimeDelta::days(1);
    store.submit(noop_on(Terms { run_at: Some(later), ..Terms::default() })).await.unwrap();
    let promotion = store.promote().await.unwrap();
    let off = (promotion.next_due.unwrap() - later).abs();
    assert!(promotion.promoted == 0 && off < TimeDelta::minutes(1), "{promotion:?} for {later}");
    store.close().await;
}

#[tokio::test]
async fn a_process_that_only_submits_and_waits_is_not_taken_for_dead() {
    let Some(database) = Database::fresh().await else { return };
    let (submitter, starting) = (database.open(&Clock::System).await, database.open(&Clock::System).await);
    let no_lanes: [Lane; 0] = [];
    submitter.join(&no_lanes, Duration::from_millis(1)).await.unwrap();
    submitter.submit(NewTask { submitter: submitter.process(), ..noop() }).await.unwrap();
    let adoption = starting.adopt(Duration::ZERO).await.unwrap();
    assert_eq!((adoption.adopted, adoption.left_behind), (0, 0));

    submitter.close().await;
    let adoption = starting.adopt(Duration::ZERO).await.unwrap();
    assert_eq!((adoption.adopted, adoption.left_behind), (0, 1), "it has left");
    starting.close().await;
}
