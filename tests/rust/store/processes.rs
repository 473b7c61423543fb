//! Several processes on one store. Two stores in this process stand for two: each has its own sign of life.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use _core::store::{Adoption, AnyStore, Clock, Store};
use _core::task::{ErrorKind, Happening, NewTask, State, TaskId, TaskStatus, Wait};
use serde_json::json;

use super::subject::{Place, ids, is_lease_lost, lanes, still_clock};
use crate::support::{local_lane, noop_after, noop_lane, submitted_by};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// Runs tests that take a [`Shared`] on every store that several processes share.
macro_rules! on_every_shared_place {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Shared::sqlite()).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let Some(shared) = super::Shared::postgres().await else { return };
                super::$name(shared).await;
            })+
        }
    };
}

on_every_shared_place! {
    what_one_submits_another_claims_and_the_first_sees_the_result,
    a_request_to_cancel_reaches_the_process_that_runs_the_task,
    a_living_process_keeps_its_tasks,
    the_tasks_of_a_dead_process_are_queued_again_and_its_token_is_worthless,
    the_third_death_fails_the_task_as_lost,
    a_rescued_task_whose_cancel_was_asked_for_is_cancelled,
    a_worker_is_seen_by_others_while_it_lives,
    a_starting_process_adopts_young_tasks_of_the_dead_and_leaves_old_ones,
    an_age_of_nothing_adopts_nothing_and_a_later_start_may_still_adopt,
    what_waits_for_its_next_try_is_left_behind_too,
    the_living_see_each_other_and_not_the_dead,
    nothing_is_adopted_from_the_living_or_left_while_another_works_its_lane,
    a_task_that_expires_with_the_one_it_waits_for_ends_once,
    what_nobody_ran_in_time_expires_unless_its_submitter_or_a_worker_lives,
}

/// A place that several stores open.
struct Shared {
    place: Place,
    clock: Clock,
}

impl Shared {
    fn sqlite() -> Self {
        Self { place: Place::folder(), clock: still_clock() }
    }

    async fn postgres() -> Option<Self> {
        Some(Self { place: Place::database().await?, clock: still_clock() })
    }

    async fn open(&self) -> AnyStore {
        self.place.open(&self.clock).await
    }

    /// Time passes for all, and these live on.
    async fn pass(&self, time: Duration, living: &[&AnyStore]) {
        self.clock.advance(time);
        for store in living {
            store.heartbeat(LEASE).await.unwrap();
        }
    }

    /// The file by whose lock a process is known to live; on a database it is a row.
    fn lock_of(&self, store: &AnyStore) -> Option<PathBuf> {
        let Place::Folder(folder) = &self.place else { return None };
        Some(folder.path().join(format!(".tasks.db-processes/{}.lock", store.process())))
    }
}

/// A lease that no test outlives.
const LEASE: Duration = Duration::from_secs(45);

async fn submit(store: &impl Store) -> TaskId {
    store.submit(submitted_by(store)).await.unwrap().id()
}

/// Ends a store as the death of its process would: nothing is said, the kernel takes the lock; in a database, where
/// nothing tells it at once, its lease and its sight run out.
async fn die(store: AnyStore, shared: &Shared) {
    let (lock, process) = (shared.lock_of(&store), store.process());
    drop(store);
    if let Some(lock) = lock {
        // The lock of a dead process can be had.
        std::fs::File::open(lock).unwrap().try_lock().unwrap();
    }
    if let Place::Database(database) = &shared.place {
        let end = format!(
            "UPDATE testgen.worker SET lease_until = -1, seen_until = -1 WHERE process = '{process}'"
        );
        database.run(end).await;
    }
}

async fn what_one_submits_another_claims_and_the_first_sees_the_result(shared: Shared) {
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
    let shared = Shared::sqlite();
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

async fn a_request_to_cancel_reaches_the_process_that_runs_the_task(shared: Shared) {
    let (one, other) = (shared.open().await, shared.open().await);
    let id = submit(&one).await;
    other.claim(&lanes(), 1).await.unwrap();
    one.cancel(id).await.unwrap();
    assert!(one.cancel_requests().await.unwrap().is_empty());
    assert_eq!(other.cancel_requests().await.unwrap(), [id]);
}

async fn a_living_process_keeps_its_tasks(shared: Shared) {
    let (one, other) = (shared.open().await, shared.open().await);
    submit(&one).await;
    one.claim(&lanes(), 1).await.unwrap();
    assert!(other.rescue().await.unwrap().is_empty());
    assert!(one.rescue().await.unwrap().is_empty());
}

async fn the_tasks_of_a_dead_process_are_queued_again_and_its_token_is_worthless(shared: Shared) {
    let (one, other) = (shared.open().await, shared.open().await);
    one.join(&lanes(), LEASE).await.unwrap();
    let id = submit(&other).await;
    let lost = one.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    let lock = shared.lock_of(&one);
    die(one, &shared).await;

    assert_eq!(other.rescue().await.unwrap(), [id]);
    assert!(other.rescue().await.unwrap().is_empty());
    assert!(lock.is_none_or(|lock| !lock.exists()), "the file of the dead process is cleared away");
    assert!(is_lease_lost(&other.renew(id, lost.token).await));
    let again = other.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    assert_eq!((again.crashes, again.attempt, again.token), (1, 2, 2));
}

async fn the_third_death_fails_the_task_as_lost(shared: Shared) {
    let survivor = shared.open().await;
    let id = submit(&survivor).await;
    for _ in 0..3 {
        let victim = shared.open().await;
        assert_eq!(victim.claim(&lanes(), 1).await.unwrap().len(), 1);
        die(victim, &shared).await;
        assert_eq!(survivor.rescue().await.unwrap(), [id]);
    }
    let lost = survivor.get(id).await.unwrap().unwrap();
    assert_eq!(lost.status(), TaskStatus::Failed);
    assert_eq!(lost.failure.as_ref().unwrap().kind, ErrorKind::Lost);
}

async fn a_rescued_task_whose_cancel_was_asked_for_is_cancelled(shared: Shared) {
    let (one, other) = (shared.open().await, shared.open().await);
    let id = submit(&other).await;
    one.claim(&lanes(), 1).await.unwrap();
    other.cancel(id).await.unwrap();
    die(one, &shared).await;
    other.rescue().await.unwrap();
    assert_eq!(other.get(id).await.unwrap().unwrap().status(), TaskStatus::Cancelled);
}

async fn a_worker_is_seen_by_others_while_it_lives(shared: Shared) {
    let (one, other) = (shared.open().await, shared.open().await);
    assert!(!other.has_live_worker(&noop_lane()).await.unwrap());
    one.join(&[noop_lane()], LEASE).await.unwrap();
    assert!(other.has_live_worker(&noop_lane()).await.unwrap());
    assert!(!other.has_live_worker(&local_lane()).await.unwrap());
    assert!(!one.has_live_worker(&noop_lane()).await.unwrap(), "a process is no other to itself");
    one.leave().await.unwrap();
    assert!(!other.has_live_worker(&noop_lane()).await.unwrap());
    one.join(&lanes(), LEASE).await.unwrap();
    assert!(other.has_live_worker(&local_lane()).await.unwrap());
    die(one, &shared).await;
    assert!(!other.has_live_worker(&local_lane()).await.unwrap());
}

#[tokio::test]
async fn closing_gives_everything_up_and_leaves_no_lock_behind() {
    let shared = Shared::sqlite();
    let (one, other) = (shared.open().await, shared.open().await);
    one.join(&lanes(), LEASE).await.unwrap();
    one.close().await;
    assert!(!shared.lock_of(&one).unwrap().exists());
    assert!(!other.has_live_worker(&noop_lane()).await.unwrap());
    other.close().await;
    let Place::Folder(folder) = &shared.place else { unreachable!() };
    assert!(!folder.path().join("tasks.db-wal").exists(), "the log is in the database");
}

#[tokio::test]
async fn closing_a_child_s_copy_of_the_lock_ends_the_life_that_others_see() {
    let shared = Shared::sqlite();
    let (one, other) = (shared.open().await, shared.open().await);
    one.join(&lanes(), LEASE).await.unwrap();
    // Without a fork there is one descriptor alone, so that closing it looks like death.
    one.let_go_after_fork();
    one.let_go_after_fork();
    assert!(!other.has_live_worker(&noop_lane()).await.unwrap());
}

async fn a_starting_process_adopts_young_tasks_of_the_dead_and_leaves_old_ones(shared: Shared) {
    let dead = shared.open().await;
    let old = submit(&dead).await;
    shared.clock.advance(2 * HOUR);
    let young = submit(&dead).await;
    die(dead, &shared).await;

    let starting = shared.open().await;
    assert_eq!(starting.adopt(HOUR).await.unwrap(), Adoption { adopted: 1, left_behind: 1 });
    assert_eq!(starting.adopt(HOUR).await.unwrap(), Adoption::default());
    let adopted = starting.get(young).await.unwrap().unwrap();
    assert_eq!((adopted.status(), adopted.new.submitter), (TaskStatus::Queued, starting.process()));
    assert_eq!(starting.get(old).await.unwrap().unwrap().state, State::Pending { wait: Wait::LeftBehind });
    assert_eq!(starting.promote().await.unwrap().promoted, 0);
    assert_eq!(ids(&starting.claim(&lanes(), 9).await.unwrap()), [young]);
}

async fn an_age_of_nothing_adopts_nothing_and_a_later_start_may_still_adopt(shared: Shared) {
    let dead = shared.open().await;
    let id = submit(&dead).await;
    die(dead, &shared).await;
    let starting = shared.open().await;
    assert_eq!(starting.adopt(Duration::ZERO).await.unwrap(), Adoption { adopted: 0, left_behind: 1 });
    assert_eq!(starting.adopt(HOUR).await.unwrap(), Adoption { adopted: 1, left_behind: 0 });
    assert_eq!(starting.get(id).await.unwrap().unwrap().status(), TaskStatus::Queued);
}

async fn what_waits_for_its_next_try_is_left_behind_too(shared: Shared) {
    let dead = shared.open().await;
    let id = submit(&dead).await;
    let task = dead.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    let due = shared.clock.now() + HOUR;
    let retry = _core::task::Settlement::Retry { failure: crate::support::transient(), due };
    dead.settle(id, task.token, retry).await.unwrap();
    die(dead, &shared).await;
    shared.clock.advance(3 * HOUR);
    let starting = shared.open().await;
    assert_eq!(starting.adopt(HOUR).await.unwrap(), Adoption { adopted: 0, left_behind: 1 });
    assert_eq!(starting.promote().await.unwrap().promoted, 0);
}

async fn the_living_see_each_other_and_not_the_dead(shared: Shared) {
    let (first, second, dead) = (shared.open().await, shared.open().await, shared.open().await);
    for one in [&first, &second, &dead] {
        one.join(&lanes(), LEASE).await.unwrap();
    }
    let (one, other) = (first.process(), second.process());
    die(dead, &shared).await;
    for store in [&first, &second] {
        let members = store.members().await.unwrap();
        assert_eq!(members.iter().map(|member| member.process).collect::<BTreeSet<_>>(), [one, other].into());
    }
}

async fn nothing_is_adopted_from_the_living_or_left_while_another_works_its_lane(shared: Shared) {
    let (living, dead, worker) = (shared.open().await, shared.open().await, shared.open().await);
    submit(&living).await;
    let id = submit(&dead).await;
    worker.join(&[noop_lane()], LEASE).await.unwrap();
    die(dead, &shared).await;
    shared.pass(2 * HOUR, &[&living, &worker]).await;
    assert_eq!(living.adopt(HOUR).await.unwrap(), Adoption::default());
    assert_eq!(living.get(id).await.unwrap().unwrap().status(), TaskStatus::Queued);
}

async fn a_task_that_expires_with_the_one_it_waits_for_ends_once(shared: Shared) {
    let (living, dead) = (shared.open().await, shared.open().await);
    let awaited = submit(&dead).await;
    let waiting = NewTask { submitter: dead.process(), ..noop_after(&[awaited]) };
    let waiting = dead.submit(waiting).await.unwrap().id();
    die(dead, &shared).await;
    shared.pass(DAY + HOUR, &[&living]).await;
    assert_eq!(living.prune(DAY).await.unwrap(), 2);
    for id in [awaited, waiting] {
        let (task, events) = (living.get(id).await.unwrap().unwrap(), living.events(id, 1, 9).await.unwrap());
        let [end] = &events.unwrap()[..] else { panic!("one event") };
        assert_eq!((task.status(), task.events), (TaskStatus::Failed, 2));
        let told = Happening::Moved(task.failure.clone());
        assert_eq!(end.happening, told, "what was told is what is kept");
    }
    assert_eq!(living.stats().await.unwrap().failed, 2);
}

async fn what_nobody_ran_in_time_expires_unless_its_submitter_or_a_worker_lives(shared: Shared) {
    let (living, dead, worker) = (shared.open().await, shared.open().await, shared.open().await);
    let kept = submit(&living).await;
    let forsaken = submit(&dead).await;
    let also_forsaken = dead
        .submit(NewTask { submitter: dead.process(), ..crate::support::generate_tests("a.py") })
        .await
        .unwrap();
    die(dead, &shared).await;
    worker.join(&[local_lane()], LEASE).await.unwrap();
    shared.pass(DAY, &[&living, &worker]).await;
    assert_eq!(living.prune(DAY).await.unwrap(), 0);
    shared.pass(HOUR, &[&living, &worker]).await;
    assert_eq!(living.prune(DAY).await.unwrap(), 1);
    let expired = living.get(forsaken).await.unwrap().unwrap();
    assert_eq!(expired.failure.as_ref().unwrap().kind, ErrorKind::Expired);
    for id in [kept, also_forsaken.id()] {
        assert_eq!(living.get(id).await.unwrap().unwrap().status(), TaskStatus::Queued);
    }
}
