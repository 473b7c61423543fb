//! A process keeps what it runs for as long as it renews its lease, by a clock that no one sets; what hangs
//! longer loses its tasks, and can do no harm when it goes on.

use std::sync::Arc;
use std::time::Duration;

use _core::store::Store;
use _core::task::{ErrorKind, LogLevel, Settlement, State, TaskStatus};
use chrono::TimeDelta;
use serde_json::json;

use super::pair::{BEAT, LEASE, Pair, claim, on_every_shared_store};
use super::subject::{Subject, is_lease_lost, lanes};
use crate::support::{noop, noop_after, progress, transient};

mod alone {
    use super::{a_heartbeat_answers_what_is_held, nobody_takes_from_a_store_what_it_runs_itself};

    on_every_store! {
        a_heartbeat_answers_what_is_held,
        nobody_takes_from_a_store_what_it_runs_itself,
    }
}

on_every_shared_store! {
    a_living_process_whose_lease_ran_out_loses_its_tasks_and_every_later_write_is_refused,
    until_the_last_microsecond_a_lease_holds,
    a_process_that_renews_keeps_its_tasks_for_as_long_as_they_take,
    a_process_that_hung_may_claim_anew_and_keeps_what_it_claims,
    a_renewal_that_was_refused_renews_nothing_and_the_next_claim_does,
    a_renewal_that_was_refused_leaves_the_lease_as_it_was,
    a_process_that_hung_and_was_not_missed_goes_on,
    a_claim_that_wants_nothing_shows_that_the_process_hangs_no_more,
    what_is_proven_before_something_outside_changes_holds_for_another_lease,
    a_renewal_that_was_not_written_is_made_up_for_by_the_next_claim,
    the_third_time_a_task_is_lost_it_fails_and_takes_its_dependants_along,
    crashes_and_retries_are_counted_apart,
    a_task_whose_end_was_asked_for_is_cancelled_when_its_process_hangs,
    a_rescued_task_goes_to_another_process_before_younger_ones,
    a_process_that_joins_again_keeps_its_tasks_and_its_new_lease,
    a_clock_that_is_set_by_a_year_takes_no_lease_away_and_lengthens_none,
}

async fn a_heartbeat_answers_what_is_held(subject: Subject) {
    assert_eq!(subject.store.heartbeat(LEASE).await.unwrap(), []);
    for _ in 0..3 {
        subject.submit(noop()).await;
    }
    let claimed = subject.claim(2).await;
    subject.settle(&claimed[0], Settlement::GiveBack).await;
    let again = subject.claim(1).await;
    let mut held = subject.store.heartbeat(LEASE).await.unwrap();
    held.sort();
    let mut expected = vec![(claimed[1].id(), 1), (again[0].id(), again[0].token)];
    expected.sort();
    assert_eq!(held, expected);
    subject.complete(&claimed[1]).await;
    assert_eq!(subject.store.heartbeat(LEASE).await.unwrap(), [(again[0].id(), again[0].token)]);
}

async fn nobody_takes_from_a_store_what_it_runs_itself(subject: Subject) {
    subject.store.join(&lanes(), LEASE).await.unwrap();
    subject.submit(noop()).await;
    let task = subject.claim_one().await;
    subject.advance(1_000_000);
    assert_eq!(subject.store.rescue().await.unwrap(), []);
    subject.complete(&task).await;
}

async fn a_living_process_whose_lease_ran_out_loses_its_tasks_and_every_later_write_is_refused(pair: Pair) {
    let task = pair.running().await;
    pair.one_hangs_for(LEASE + Duration::from_micros(1)).await;

    assert_eq!(pair.other.rescue().await.unwrap(), [task.id()]);

    assert_eq!(pair.other.rescue().await.unwrap(), []);
    let rescued = pair.now(task.id()).await;
    assert_eq!((rescued.status(), rescued.crashes, rescued.retries), (TaskStatus::Queued, 1, 0));
    let (id, token) = (task.id(), task.token);
    assert!(is_lease_lost(&pair.one.renew(id, token).await));
    assert!(is_lease_lost(&pair.one.report(id, token, progress(1)).await));
    assert!(is_lease_lost(&pair.one.log(id, token, vec![(LogLevel::Info, "late".into())]).await));
    for settlement in [
        Settlement::Complete(Arc::new(json!("late"))),
        Settlement::Fail(transient()),
        Settlement::Retry { failure: transient(), due: pair.clock.now() },
        Settlement::GiveBack,
        Settlement::Cancel,
    ] {
        assert!(is_lease_lost(&pair.one.settle(id, token, settlement).await));
    }
    assert_eq!(pair.one.heartbeat(LEASE).await.unwrap(), [], "nothing is held any more");
    let after = pair.now(id).await;
    assert_eq!(format!("{after:?}"), format!("{rescued:?}"));
    assert_eq!(pair.other.result(id).await.unwrap(), None);
}

async fn a_renewal_that_was_refused_leaves_the_lease_as_it_was(pair: Pair) {
    let first = pair.running().await;
    let second = pair.one.submit(noop()).await.unwrap();
    pair.one_hangs_for(LEASE.saturating_sub(BEAT)).await;
    assert!(is_lease_lost(&pair.one.renew(first.id(), first.token + 1).await));

    claim(&pair.one).await;

    pair.one_hangs_for(2 * BEAT).await;
    let mut rescued = pair.other.rescue().await.unwrap();
    rescued.sort();
    assert_eq!(rescued, [first.id(), second.id()]);
}

async fn until_the_last_microsecond_a_lease_holds(pair: Pair) {
    let task = pair.running().await;
    pair.one_hangs_for(LEASE).await;
    assert_eq!(pair.other.rescue().await.unwrap(), []);
    pair.one.renew(task.id(), task.token).await.unwrap();
}

async fn a_process_that_renews_keeps_its_tasks_for_as_long_as_they_take(pair: Pair) {
    let task = pair.running().await;
    for _ in 0..1_000 {
        pair.clock.advance(LEASE);
        assert_eq!(pair.one.heartbeat(LEASE).await.unwrap(), [(task.id(), task.token)]);
        pair.other.heartbeat(LEASE).await.unwrap();
        assert_eq!(pair.other.rescue().await.unwrap(), []);
    }
    let done = Settlement::Complete(Arc::new(json!(1)));
    pair.one.settle(task.id(), task.token, done).await.unwrap();
}

async fn a_process_that_hung_may_claim_anew_and_keeps_what_it_claims(pair: Pair) {
    let task = pair.running().await;
    pair.one_hangs_for(2 * LEASE).await;
    assert_eq!(pair.other.rescue().await.unwrap(), [task.id()]);

    let again = claim(&pair.one).await;

    assert_eq!((again.id(), again.token, again.attempt), (task.id(), 2, 2));
    assert_eq!(pair.other.rescue().await.unwrap(), [], "its claim has renewed its lease");
    pair.one_hangs_for(LEASE + BEAT).await;
    assert_eq!(pair.other.rescue().await.unwrap(), [task.id()], "for one lease and no more");
}

async fn a_renewal_that_was_refused_renews_nothing_and_the_next_claim_does(pair: Pair) {
    let task = pair.running().await;
    pair.one_hangs_for(2 * LEASE).await;
    assert_eq!(pair.other.rescue().await.unwrap(), [task.id()]);
    assert!(is_lease_lost(&pair.one.renew(task.id(), task.token).await));

    claim(&pair.one).await;

    assert_eq!(pair.other.rescue().await.unwrap(), []);
}

async fn a_process_that_hung_and_was_not_missed_goes_on(pair: Pair) {
    let task = pair.running().await;
    pair.one_hangs_for(2 * LEASE).await;
    pair.one.heartbeat(LEASE).await.unwrap();
    assert_eq!(pair.other.rescue().await.unwrap(), []);
    pair.one.renew(task.id(), task.token).await.unwrap();
}

async fn a_claim_that_wants_nothing_shows_that_the_process_hangs_no_more(pair: Pair) {
    for (lanes, limit) in [(lanes(), 0), (Vec::new(), 1)] {
        let task = pair.running().await;
        pair.one_hangs_for(LEASE + BEAT).await;
        assert!(pair.one.claim(&lanes, limit).await.unwrap().is_empty());
        assert_eq!(pair.other.rescue().await.unwrap(), []);
        pair.one.settle(task.id(), task.token, Settlement::GiveBack).await.unwrap();
        pair.one
            .settle(claim(&pair.one).await.id(), 2, Settlement::Complete(Arc::new(json!(1))))
            .await
            .unwrap();
    }
}

async fn what_is_proven_before_something_outside_changes_holds_for_another_lease(pair: Pair) {
    let task = pair.running().await;
    pair.one_hangs_for(LEASE).await;
    pair.one.renew(task.id(), task.token).await.unwrap();
    pair.one_hangs_for(LEASE).await;
    assert_eq!(pair.other.rescue().await.unwrap(), []);
}

async fn a_renewal_that_was_not_written_is_made_up_for_by_the_next_claim(pair: Pair) {
    pair.change(
        "CREATE TRIGGER broken BEFORE UPDATE ON worker BEGIN SELECT RAISE (ABORT, 'the disk is full'); END",
        "ALTER TABLE testgen.worker ADD CONSTRAINT broken CHECK (lease_until < 0) NOT VALID",
    )
    .await;
    pair.clock.advance(3 * BEAT);
    pair.one.heartbeat(LEASE).await.unwrap_err();
    pair.change("DROP TRIGGER broken", "ALTER TABLE testgen.worker DROP CONSTRAINT broken").await;
    pair.one_hangs_for(2 * BEAT).await;

    pair.running().await;

    assert_eq!(pair.other.rescue().await.unwrap(), []);
}

async fn a_clock_that_is_set_by_a_year_takes_no_lease_away_and_lengthens_none(pair: Pair) {
    for days in [365, -365] {
        let pair = pair.another().await;
        let task = pair.running().await;
        pair.clock.jump(TimeDelta::days(days));
        assert_eq!(pair.other.rescue().await.unwrap(), []);
        pair.one.heartbeat(LEASE).await.unwrap();
        pair.one_hangs_for(LEASE).await;
        pair.clock.jump(TimeDelta::days(-days));
        assert_eq!(pair.other.rescue().await.unwrap(), []);
        pair.clock.jump(TimeDelta::days(days));
        pair.one_hangs_for(BEAT).await;
        assert_eq!(pair.other.rescue().await.unwrap(), [task.id()]);
    }
}

#[tokio::test]
async fn a_lease_of_another_boot_says_nothing_of_this_one_s_time() {
    let pair = Pair::sqlite().await;
    let task = pair.running().await;
    pair.change("UPDATE worker SET boot = 'before'", "").await;
    pair.clock.advance(10 * LEASE);
    assert_eq!(pair.other.rescue().await.unwrap(), [], "its lock says that it lives");
    assert_eq!(pair.one.heartbeat(LEASE).await.unwrap(), [(task.id(), task.token)]);
    pair.one_hangs_for(2 * LEASE).await;
    assert_eq!(pair.other.rescue().await.unwrap(), [task.id()], "it renewed in this boot, and hangs since");
}

#[tokio::test]
async fn a_dead_process_of_another_boot_is_told_by_its_lock() {
    let pair = Pair::sqlite().await;
    let task = pair.running().await;
    pair.change("UPDATE worker SET boot = 'before', lease_until = 9223372036854775807", "").await;
    drop(pair.one);
    assert_eq!(pair.other.rescue().await.unwrap(), [task.id()]);
}

async fn the_third_time_a_task_is_lost_it_fails_and_takes_its_dependants_along(pair: Pair) {
    let id = pair.running().await.id();
    let waiting = pair.other.submit(noop_after(&[id])).await.unwrap().id();
    for crashes in 1..=3 {
        pair.one_hangs_for(2 * LEASE).await;
        assert_eq!(pair.other.rescue().await.unwrap(), [id]);
        assert_eq!(pair.now(id).await.crashes, crashes);
        assert_eq!(pair.now(waiting).await.status().is_final(), crashes == 3);
        pair.one.claim(&lanes(), 1).await.unwrap();
    }
    assert_eq!(pair.now(id).await.failure.as_ref().unwrap().kind, ErrorKind::Lost);
    let failure = pair.now(waiting).await.failure.clone().unwrap();
    assert_eq!(failure.kind, ErrorKind::Dependency);
    assert!(failure.message.contains(&format!("task {id}")), "{}", failure.message);
}

async fn crashes_and_retries_are_counted_apart(pair: Pair) {
    let id = pair.running().await.id();
    for round in 1..=2 {
        pair.one_hangs_for(2 * LEASE).await;
        pair.other.rescue().await.unwrap();
        let task = claim(&pair.one).await;
        let retry = Settlement::Retry { failure: transient(), due: pair.clock.now() };
        pair.one.settle(id, task.token, retry).await.unwrap();
        pair.one.promote().await.unwrap();
        let task = claim(&pair.one).await;
        assert_eq!((task.crashes, task.retries, task.attempt), (round, round, 1 + 2 * round));
    }
}

async fn a_task_whose_end_was_asked_for_is_cancelled_when_its_process_hangs(pair: Pair) {
    let id = pair.running().await.id();
    pair.other.cancel(id).await.unwrap();
    pair.one_hangs_for(2 * LEASE).await;
    pair.other.rescue().await.unwrap();
    assert_eq!(pair.now(id).await.status(), TaskStatus::Cancelled);
}

async fn a_rescued_task_goes_to_another_process_before_younger_ones(pair: Pair) {
    let task = pair.running().await;
    pair.other.submit(noop()).await.unwrap();
    pair.one_hangs_for(2 * LEASE).await;
    pair.other.rescue().await.unwrap();
    let again = claim(&pair.other).await;
    assert_eq!((again.id(), &again.state), (task.id(), &State::Running { process: pair.other.process() }));
    assert_eq!(pair.one.rescue().await.unwrap(), [], "whose own lease holds");
}

async fn a_process_that_joins_again_keeps_its_tasks_and_its_new_lease(pair: Pair) {
    let task = pair.running().await;
    pair.one.join(&[], 10 * LEASE).await.unwrap();
    pair.one_hangs_for(9 * LEASE).await;
    assert_eq!(pair.other.rescue().await.unwrap(), []);
    pair.one_hangs_for(2 * LEASE).await;
    assert_eq!(pair.other.rescue().await.unwrap(), [task.id()]);
}
