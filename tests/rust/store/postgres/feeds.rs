//! Transactions that commit in another order than they began: who reads on gets each event once.

use std::sync::Arc;
use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use _core::store::{AnyStore, Clock, Store};
use futures_util::FutureExt as _;
use sqlx::{Connection, Executor, PgConnection};

use crate::postgres::Database;
use crate::store::feeds::rest;
use crate::support::noop_of_owner;

#[tokio::test]
async fn what_commits_late_is_neither_missed_nor_told_twice() {
    let Some(database) = Database::fresh().await else { return };
    let store = AnyStore::Postgres(Box::new(database.open(&Clock::System).await));
    let early = store.submit(noop_of_owner("ada")).await.unwrap().id();
    let begin = store.follow("ada".into()).await.unwrap();
    let mut slow = PgConnection::connect(&database.url()).await.unwrap();
    slow.execute("BEGIN; UPDATE testgen.task SET events = events + 1").await.unwrap();
    let late = store.submit(noop_of_owner("ada")).await.unwrap().id();

    // What was committed waits for what began before it.
    let held_up = store.feed("ada".into(), begin, 100).await.unwrap();
    assert!(held_up.events.is_empty() && held_up.has_more && !held_up.has_gap, "{held_up:?}");
    slow.execute("COMMIT").await.unwrap();

    let told = rest(&store, "ada", begin, 1).await;
    let tasks: Vec<_> = told.iter().map(|fed| (fed.task, fed.event.number)).collect();
    assert_eq!(tasks, [(early, 2), (late, 1)]);
    assert_eq!(rest(&store, "ada", told[0].place, 100).await, told[1..]);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_bears_any_number_of_hints_while_what_they_tell_of_is_held_up() {
    let Some(database) = Database::fresh().await else { return };
    let options = EngineOptions::without_workers();
    let engine = Arc::new(Engine::open(&database.location(), options).await.unwrap());
    let begin = engine.follow("ada".into()).await.unwrap();
    let mut slow = PgConnection::connect(&database.url()).await.unwrap();
    slow.execute("BEGIN; SELECT pg_current_xact_id()").await.unwrap();
    let follower = Arc::clone(&engine);
    let mut following =
        tokio::spawn(async move { follower.feed("ada".into(), begin, Duration::from_mins(1)).await });

    // Each of them wakes the follower, which looks again, and finds nothing that it may tell.
    for _ in 0..200 {
        engine.submit(noop_of_owner("ada")).await.unwrap();
    }
    assert!((&mut following).now_or_never().is_none(), "nothing may be told yet");
    slow.execute("COMMIT").await.unwrap();

    assert_eq!(following.await.unwrap().unwrap().events[0].event.number, 1);
    engine.stop(Duration::ZERO).await;
}

#[tokio::test]
async fn a_feed_begins_after_all_that_was_written_for_none() {
    const WAITS: &str = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted \
         AND relation = 'testgen.feed_owner'::regclass)";
    let Some(database) = Database::fresh().await else { return };
    let store = AnyStore::Postgres(Box::new(database.open(&Clock::System).await));
    let task = store.submit(noop_of_owner("ada")).await.unwrap();
    let mut slow = PgConnection::connect(&database.url()).await.unwrap();
    // Nobody follows: what happens here is in no feed.
    slow.execute("BEGIN; UPDATE testgen.task SET events = events + 1").await.unwrap();

    let mut following = std::pin::pin!(store.follow("ada".into()));
    let waits = async { while !sqlx::query_scalar::<_, bool>(WAITS).fetch_one(&mut slow).await.unwrap() {} };
    tokio::select! {
        _ = &mut following => panic!("who looks and then follows misses what is under way"),
        () = waits => {}
    }
    slow.execute("COMMIT").await.unwrap();
    let place = following.await.unwrap();

    assert_eq!(store.get(task.id()).await.unwrap().unwrap().events, 2);
    assert_eq!(rest(&store, "ada", place, 100).await, []);
    store.close().await;
}
