//! A commit whose answer is lost, and a wire that goes silent: nothing is done twice, and nobody waits for ever.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use _core::store::{Limits, PostgresStore, Store};
use _core::task::{Settlement, TaskId, TaskStatus};
use parking_lot::Mutex;
use serde_json::json;
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

use crate::postgres::{Database, Wire};
use crate::store::subject::{is_lease_lost, lanes};
use crate::support::{noop, noop_after, noop_of_key, progress, transient};

const LEASE: Duration = Duration::from_secs(45);

/// A store at the end of a wire.
async fn on_a_wire() -> Option<(Database, Wire, PostgresStore)> {
    let database = Database::fresh().await?;
    let wire = Wire::to(&database).await;
    let store = PostgresStore::open(&wire.address()).await.unwrap();
    Some((database, wire, store))
}

async fn events(store: &PostgresStore, id: TaskId) -> usize {
    store.events(id, 0, 100).await.unwrap().unwrap().len()
}

#[tokio::test]
async fn an_attempt_whose_end_was_kept_and_not_answered_has_ended_as_it_said() {
    let Some((_database, wire, store)) = on_a_wire().await else { return };
    let id = store.submit(noop()).await.unwrap().id();
    let task = store.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    wire.lose_next_commit();

    let settled = store.settle(id, task.token, Settlement::Complete(Arc::new(json!(1)))).await.unwrap();

    assert_eq!((wire.lost(), settled.status()), (1, TaskStatus::Completed));
    assert_eq!(*store.result(id).await.unwrap().unwrap(), json!(1));
    assert_eq!(events(&store, id).await, 3, "it ended once");
    let again = store.settle(id, task.token, Settlement::Fail(transient())).await;
    assert!(is_lease_lost(&again), "and not for a second time");
    store.close().await;
}

#[tokio::test]
async fn a_task_that_was_kept_and_not_answered_is_one_task() {
    let Some((_database, wire, store)) = on_a_wire().await else { return };
    let first = store.submit(noop()).await.unwrap().id();
    for new in [noop_of_key("k"), noop_after(&[first])] {
        wire.lose_next_commit();
        assert_eq!(store.submit(new.clone()).await.unwrap().id(), new.id);
    }
    store.set_limits(Limits { queued: Some(4), ..Limits::default() });
    wire.lose_next_commit();
    store.submit(noop()).await.unwrap();
    assert_eq!((wire.lost(), store.stats().await.unwrap().total_tasks), (3, 4));
    store.close().await;
}

#[tokio::test]
async fn a_claim_that_was_kept_and_not_answered_is_an_error_and_can_be_given_back() {
    let Some((_database, wire, store)) = on_a_wire().await else { return };
    let id = store.submit(noop()).await.unwrap().id();
    wire.lose_next_commit();

    store.claim(&lanes(), 1).await.unwrap_err();

    assert_eq!(store.heartbeat(LEASE).await.unwrap(), [(id, 1)], "whoever asks is told what it holds");
    store.settle(id, 1, Settlement::GiveBack).await.unwrap();
    assert_eq!(store.claim(&lanes(), 1).await.unwrap()[0].id(), id);
    store.close().await;
}

#[tokio::test]
async fn progress_that_was_kept_and_not_answered_is_not_told_twice() {
    let Some((_database, wire, store)) = on_a_wire().await else { return };
    let id = store.submit(noop()).await.unwrap().id();
    let task = store.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    wire.lose_next_commit();
    store.report(id, task.token, progress(1)).await.unwrap_err();
    assert_eq!(events(&store, id).await, 3);
    store.close().await;
}

#[tokio::test]
async fn a_request_to_cancel_that_was_kept_and_not_answered_is_one() {
    let Some((_database, wire, store)) = on_a_wire().await else { return };
    let id = store.submit(noop()).await.unwrap().id();
    wire.lose_next_commit();
    assert_eq!(store.cancel(id).await.unwrap().unwrap().status(), TaskStatus::Cancelled);
    assert_eq!(events(&store, id).await, 2);
    store.close().await;
}

#[tokio::test]
async fn on_a_wire_that_went_silent_everything_goes_on_over_new_connections() {
    let Some((_database, wire, store)) = on_a_wire().await else { return };
    let id = store.submit(noop()).await.unwrap().id();
    let task = store.claim(&lanes(), 1).await.unwrap().pop().unwrap();

    wire.go_silent();

    assert_eq!(store.heartbeat(LEASE).await.unwrap(), [(id, task.token)]);
    let done = store.settle(id, task.token, Settlement::Complete(Arc::new(json!(1)))).await.unwrap();
    assert_eq!(done.status(), TaskStatus::Completed);
    let listens = async { while store.get(id).await.is_ok() && !heard(&store).await {} };
    tokio::time::timeout(Duration::from_mins(1), listens).await.expect("it never listens again");
    store.close().await;
}

#[tokio::test]
async fn behind_a_pooler_that_swallows_listen_that_is_said_once_and_changes_are_seen_by_asking() {
    let Some(database) = Database::fresh().await else { return };
    let wire = Wire::to(&database).await;
    wire.swallow_listen();
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_max_level(Level::WARN).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let store = PostgresStore::open(&wire.address()).await.unwrap();
    // Each round of listening ends with the suspicion that something was missed.
    for _ in 0..2 {
        store.hint().await;
    }
    while !store.changed_elsewhere().await.unwrap() {}
    let said = log.text();
    assert_eq!(said.matches("does not pass on notifications").count(), 1, "{said}");
    store.close().await;
}

/// What was logged.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// All of it.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Whether a change of another process is told.
async fn heard(store: &PostgresStore) -> bool {
    store.changed_elsewhere().await.unwrap();
    tokio::time::timeout(Duration::from_secs(1), store.hint()).await.is_ok()
}
