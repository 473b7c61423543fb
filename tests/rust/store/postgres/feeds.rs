//! Transactions that commit in another order than they began: who reads on gets each event once.

use _core::store::{AnyStore, Clock, Store};
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
