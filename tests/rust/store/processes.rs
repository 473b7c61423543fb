//! Several processes on one `SQLite` file. Two stores in this process stand for two: each has its own lock.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use _core::store::{Adoption, Clock, SqliteStore, Store};
use _core::task::{ErrorKind, NewTask, State, TaskId, TaskStatus};
use serde_json::json;
use tempfile::TempDir;

use super::subject::{folder, ids, is_lease_lost, lanes, open_sqlite, still_clock};
use crate::support::{local_lane, noop_lane, submitted_by};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A file that several stores open.
struct Shared {
    folder: TempDir,
    clock: Clock,
}

impl Shared {
    fn new() -> Self {
        Self { folder: folder(), clock: still_clock() }
    }

    async fn open(&self) -> SqliteStore {
        open_sqlite(self.folder.path().join("tasks.db"), &self.clock).await
    }

    fn lock_of(&self, store: &SqliteStore) -> std::path::PathBuf {
        self.folder.path().join(format!(".tasks.db-processes/{}.lock", store.process()))
    }
}

async fn submit(store: &SqliteStore) -> TaskId {
    store.submit(submitted_by(store)).await.unwrap().id()
}

/// Ends a store as the death of its process would: nothing is said, the kernel takes the lock.
fn die(store: SqliteStore, shared: &Shared) {
    let lock = shared.lock_of(&store);
    assert!(lock.exists());
    drop(store);
    // The lock of a dead process can be had.
    std::fs::File::open(lock).unwrap().try_lock().unwrap();
}

#[tokio::test]
async fn what_one_submits_another_claims_and_the_first_sees_the_result() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    let id = submit(&one).await;
    let claimed = other.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    assert_eq!((claimed.id(), &claimed.state), (id, &State::Running { process: other.process() }));
    assert!(one.claim(&lanes(), 1).await.unwrap().is_empty());
    let done = _core::task::Settlement::Complete(Arc::new(json!({"ok": true})));
    other.settle(id, claimed.token, done).await.unwrap();
    assert_eq!(*one.result(id).await.unwrap().unwrap(), json!({"ok": true}));
}

#[tokio::test]
async fn only_what_others_write_counts_as_changed_elsewhere() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    one.changed_elsewhere().await.unwrap();
    assert!(!one.changed_elsewhere().await.unwrap());
    submit(&one).await;
    assert!(!one.changed_elsewhere().await.unwrap());
    submit(&other).await;
    submit(&one).await;
    assert!(one.changed_elsewhere().await.unwrap());
    assert!(!one.changed_elsewhere().await.unwrap());
}

#[tokio::test]
async fn a_request_to_cancel_reaches_the_process_that_runs_the_task() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    let id = submit(&one).await;
    other.claim(&lanes(), 1).await.unwrap();
    one.cancel(id).await.unwrap();
    assert!(one.cancel_requests().await.unwrap().is_empty());
    assert_eq!(other.cancel_requests().await.unwrap(), [id]);
}

#[tokio::test]
async fn a_living_process_keeps_its_tasks() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    submit(&one).await;
    one.claim(&lanes(), 1).await.unwrap();
    assert!(other.rescue().await.unwrap().is_empty());
    assert!(one.rescue().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_tasks_of_a_dead_process_are_queued_again_and_its_token_is_worthless() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    one.join(&lanes()).await.unwrap();
    let id = submit(&other).await;
    let lost = one.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    let lock = shared.lock_of(&one);
    die(one, &shared);

    assert_eq!(other.rescue().await.unwrap(), [id]);
    assert!(other.rescue().await.unwrap().is_empty());
    assert!(!lock.exists(), "the file of the dead process is cleared away");
    assert!(is_lease_lost(&other.renew(id, lost.token).await));
    let again = other.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    assert_eq!((again.crashes, again.attempt, again.token), (1, 2, 2));
}

#[tokio::test]
async fn the_third_death_fails_the_task_as_lost() {
    let shared = Shared::new();
    let survivor = shared.open().await;
    let id = submit(&survivor).await;
    for _ in 0..3 {
        let victim = shared.open().await;
        assert_eq!(victim.claim(&lanes(), 1).await.unwrap().len(), 1);
        die(victim, &shared);
        assert_eq!(survivor.rescue().await.unwrap(), [id]);
    }
    let lost = survivor.get(id).await.unwrap().unwrap();
    assert_eq!(lost.status(), TaskStatus::Failed);
    assert_eq!(lost.failure.as_ref().unwrap().kind, ErrorKind::Lost);
}

#[tokio::test]
async fn a_rescued_task_whose_cancel_was_asked_for_is_cancelled() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    let id = submit(&other).await;
    one.claim(&lanes(), 1).await.unwrap();
    other.cancel(id).await.unwrap();
    die(one, &shared);
    other.rescue().await.unwrap();
    assert_eq!(other.get(id).await.unwrap().unwrap().status(), TaskStatus::Cancelled);
}

#[tokio::test]
async fn a_worker_is_seen_by_others_while_it_lives() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    assert!(!other.has_live_worker(&noop_lane()).await.unwrap());
    one.join(&[noop_lane()]).await.unwrap();
    assert!(other.has_live_worker(&noop_lane()).await.unwrap());
    assert!(!other.has_live_worker(&local_lane()).await.unwrap());
    assert!(!one.has_live_worker(&noop_lane()).await.unwrap(), "a process is no other to itself");
    one.leave().await.unwrap();
    assert!(!other.has_live_worker(&noop_lane()).await.unwrap());
    one.join(&lanes()).await.unwrap();
    assert!(other.has_live_worker(&local_lane()).await.unwrap());
    die(one, &shared);
    assert!(!other.has_live_worker(&local_lane()).await.unwrap());
}

#[tokio::test]
async fn closing_gives_everything_up_and_leaves_no_lock_behind() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    one.join(&lanes()).await.unwrap();
    one.close().await;
    assert!(!shared.lock_of(&one).exists());
    assert!(!other.has_live_worker(&noop_lane()).await.unwrap());
    other.close().await;
    assert!(!shared.folder.path().join("tasks.db-wal").exists(), "the log is in the database");
}

#[tokio::test]
async fn closing_a_child_s_copy_of_the_lock_ends_the_life_that_others_see() {
    let shared = Shared::new();
    let (one, other) = (shared.open().await, shared.open().await);
    one.join(&lanes()).await.unwrap();
    // Without a fork there is one descriptor alone, so that closing it looks like death.
    one.close_inherited_lock();
    one.close_inherited_lock();
    assert!(!other.has_live_worker(&noop_lane()).await.unwrap());
}

#[tokio::test]
async fn a_starting_process_adopts_young_tasks_of_the_dead_and_leaves_old_ones() {
    let shared = Shared::new();
    let dead = shared.open().await;
    let old = submit(&dead).await;
    shared.clock.advance(2 * HOUR);
    let young = submit(&dead).await;
    die(dead, &shared);

    let starting = shared.open().await;
    assert_eq!(starting.adopt(HOUR).await.unwrap(), Adoption { adopted: 1, left_behind: 1 });
    assert_eq!(starting.adopt(HOUR).await.unwrap(), Adoption::default());
    let adopted = starting.get(young).await.unwrap().unwrap();
    assert_eq!((adopted.status(), adopted.new.submitter), (TaskStatus::Queued, starting.process()));
    assert_eq!(starting.get(old).await.unwrap().unwrap().state, State::Pending { due: None });
    assert_eq!(starting.promote().await.unwrap().promoted, 0);
    assert_eq!(ids(&starting.claim(&lanes(), 9).await.unwrap()), [young]);
}

#[tokio::test]
async fn an_age_of_nothing_adopts_nothing_and_a_later_start_may_still_adopt() {
    let shared = Shared::new();
    let dead = shared.open().await;
    let id = submit(&dead).await;
    die(dead, &shared);
    let starting = shared.open().await;
    assert_eq!(starting.adopt(Duration::ZERO).await.unwrap(), Adoption { adopted: 0, left_behind: 1 });
    assert_eq!(starting.adopt(HOUR).await.unwrap(), Adoption { adopted: 1, left_behind: 0 });
    assert_eq!(starting.get(id).await.unwrap().unwrap().status(), TaskStatus::Queued);
}

#[tokio::test]
async fn what_waits_for_its_next_try_is_left_behind_too() {
    let shared = Shared::new();
    let dead = shared.open().await;
    let id = submit(&dead).await;
    let task = dead.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    let due = shared.clock.now() + HOUR;
    let retry = _core::task::Settlement::Retry { failure: crate::support::transient(), due };
    dead.settle(id, task.token, retry).await.unwrap();
    die(dead, &shared);
    shared.clock.advance(3 * HOUR);
    let starting = shared.open().await;
    assert_eq!(starting.adopt(HOUR).await.unwrap(), Adoption { adopted: 0, left_behind: 1 });
    assert_eq!(starting.promote().await.unwrap().promoted, 0);
}

#[tokio::test]
async fn nothing_is_adopted_from_the_living_or_left_while_another_works_its_lane() {
    let shared = Shared::new();
    let (living, dead, worker) = (shared.open().await, shared.open().await, shared.open().await);
    submit(&living).await;
    let id = submit(&dead).await;
    worker.join(&[noop_lane()]).await.unwrap();
    die(dead, &shared);
    shared.clock.advance(2 * HOUR);
    assert_eq!(living.adopt(HOUR).await.unwrap(), Adoption::default());
    assert_eq!(living.get(id).await.unwrap().unwrap().status(), TaskStatus::Queued);
}

#[tokio::test]
async fn what_nobody_ran_in_time_expires_unless_its_submitter_or_a_worker_lives() {
    let shared = Shared::new();
    let (living, dead, worker) = (shared.open().await, shared.open().await, shared.open().await);
    let kept = submit(&living).await;
    let forsaken = submit(&dead).await;
    let also_forsaken = dead
        .submit(NewTask { submitter: dead.process(), ..crate::support::generate_tests("a.py") })
        .await
        .unwrap();
    die(dead, &shared);
    worker.join(&[local_lane()]).await.unwrap();
    shared.clock.advance(DAY);
    assert_eq!(living.prune(DAY).await.unwrap(), 0);
    shared.clock.advance(HOUR);
    assert_eq!(living.prune(DAY).await.unwrap(), 1);
    let expired = living.get(forsaken).await.unwrap().unwrap();
    assert_eq!(expired.failure.as_ref().unwrap().kind, ErrorKind::Expired);
    for id in [kept, also_forsaken.id()] {
        assert_eq!(living.get(id).await.unwrap().unwrap().status(), TaskStatus::Queued);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_file_can_be_opened_and_used_by_sixteen_at_the_same_moment() {
    let folder = folder();
    let path: Arc<Path> = folder.path().join("deep/er/tasks.db").into();
    let openings: Vec<_> = (0..16)
        .map(|_| {
            let path = Arc::clone(&path);
            tokio::spawn(async move {
                let store = SqliteStore::open(&path).await.unwrap();
                for _ in 0..5 {
                    submit(&store).await;
                }
                let claimed = store.claim(&lanes(), 3).await.unwrap().len();
                (store, claimed)
            })
        })
        .collect();
    let mut claimed = 0;
    for opening in openings {
        let (store, count) = opening.await.unwrap();
        claimed += count;
        store.close().await;
    }
    let store = SqliteStore::open(&path).await.unwrap();
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.total_tasks, stats.running), (80, claimed as u64));
}
