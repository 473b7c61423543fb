//! Who is claimed first: priority, then fairness, then order of submission.

use std::collections::HashSet;
use std::sync::Arc;

use _core::store::Store;
use _core::task::{Priority, Settlement, State, TaskStatus};

use super::subject::{Subject, ids};
use crate::support::{generate_tests, local_lane, noop, noop_lane, noop_of_owner, noop_of_priority};

on_every_store! {
    tasks_of_one_owner_are_claimed_in_the_order_of_submission,
    a_higher_priority_is_claimed_first,
    a_claim_takes_only_tasks_of_its_lanes,
    a_claim_over_lanes_takes_the_best_of_all,
    a_lane_that_is_named_twice_gives_nothing_twice,
    a_claim_takes_no_more_than_its_limit,
    an_empty_queue_gives_nothing,
    a_claim_makes_the_task_running_and_raises_its_token,
    two_claimers_never_get_the_same_task,
    two_owners_take_turns,
    an_owner_who_comes_later_is_not_behind_what_others_queued,
    an_owner_who_was_served_before_is_not_behind_a_new_one,
    a_lane_that_nobody_works_gives_its_owner_no_advantage,
    a_task_that_is_given_back_keeps_its_place,
}

async fn tasks_of_one_owner_are_claimed_in_the_order_of_submission(subject: Subject) {
    let mut submitted = Vec::new();
    for number in 0..20 {
        let task = if number % 3 == 0 { generate_tests("a.py") } else { noop() };
        submitted.push(subject.submit(task).await);
    }
    assert_eq!(ids(&subject.claim(100).await), submitted);
}

async fn a_higher_priority_is_claimed_first(subject: Subject) {
    let mut submitted = Vec::new();
    for priority in [Priority::Low, Priority::Normal, Priority::High, Priority::Critical] {
        submitted.push(subject.submit(noop_of_priority(priority)).await);
    }
    submitted.reverse();
    assert_eq!(ids(&subject.claim(4).await), submitted);
}

async fn a_claim_takes_only_tasks_of_its_lanes(subject: Subject) {
    subject.submit(noop()).await;
    let wanted = subject.submit(generate_tests("a.py")).await;
    let claimed = subject.store.claim(&[local_lane()], 10).await.unwrap();
    assert_eq!(ids(&claimed), [wanted]);
    assert!(subject.store.claim(&[], 10).await.unwrap().is_empty());
}

async fn a_claim_over_lanes_takes_the_best_of_all(subject: Subject) {
    let second = subject.submit(noop()).await;
    let third = subject.submit(generate_tests("a.py")).await;
    subject.submit(noop()).await;
    let mut urgent = generate_tests("b.py");
    urgent.priority = Priority::Critical;
    let first = subject.submit(urgent).await;
    assert_eq!(ids(&subject.claim(3).await), [first, second, third]);
}

async fn a_lane_that_is_named_twice_gives_nothing_twice(subject: Subject) {
    subject.submit(noop()).await;
    subject.submit(noop()).await;
    let claimed = subject.store.claim(&[noop_lane(), noop_lane()], 10).await.unwrap();
    assert_eq!(claimed.len(), 2);
    assert_ne!(claimed[0].id(), claimed[1].id());
}

async fn a_claim_takes_no_more_than_its_limit(subject: Subject) {
    for _ in 0..3 {
        subject.submit(noop()).await;
    }
    assert_eq!(subject.claim(0).await.len(), 0);
    assert_eq!(subject.claim(2).await.len(), 2);
    assert_eq!(subject.claim(2).await.len(), 1);
}

async fn an_empty_queue_gives_nothing(subject: Subject) {
    assert!(subject.claim(10).await.is_empty());
}

async fn a_claim_makes_the_task_running_and_raises_its_token(subject: Subject) {
    let id = subject.submit(noop()).await;
    subject.advance(5);
    let claimed = subject.claim_one().await;
    let read = subject.get(id).await;
    for task in [claimed, read] {
        assert_eq!(task.state, State::Running { process: subject.store.process() });
        assert_eq!((task.token, task.attempt), (1, 1));
        assert_eq!(task.started_at, Some(subject.clock.now()));
    }
}

async fn two_claimers_never_get_the_same_task(subject: Subject) {
    for _ in 0..60 {
        subject.submit(noop()).await;
    }
    let subject = Arc::new(subject);
    let claimers: Vec<_> = (0..12)
        .map(|_| {
            let subject = Arc::clone(&subject);
            tokio::spawn(async move { ids(&subject.claim(5).await) })
        })
        .collect();
    let mut seen = HashSet::new();
    for claimer in claimers {
        for id in claimer.await.unwrap() {
            assert!(seen.insert(id), "{id} was claimed twice");
        }
    }
    assert_eq!(seen.len(), 60);
}

async fn owners_of_claimed(subject: &Subject, limit: usize) -> String {
    subject.claim(limit).await.iter().map(|task| task.new.owner.to_string()).collect()
}

async fn submit_for(subject: &Subject, owners: &str) {
    for owner in owners.chars() {
        subject.submit(noop_of_owner(&owner.to_string())).await;
    }
}

async fn two_owners_take_turns(subject: Subject) {
    submit_for(&subject, "aaaabbbb").await;
    assert_eq!(owners_of_claimed(&subject, 8).await, "abababab");
}

async fn an_owner_who_comes_later_is_not_behind_what_others_queued(subject: Subject) {
    submit_for(&subject, "aaaaaaaa").await;
    assert_eq!(owners_of_claimed(&subject, 4).await, "aaaa");
    submit_for(&subject, "bb").await;
    assert_eq!(owners_of_claimed(&subject, 6).await, "ababaa");
}

async fn an_owner_who_was_served_before_is_not_behind_a_new_one(subject: Subject) {
    submit_for(&subject, "aaaaaaaa").await;
    subject.claim(8).await;
    submit_for(&subject, "bbbbaa").await;
    assert_eq!(owners_of_claimed(&subject, 6).await, "babab b".replace(' ', ""));
}

async fn a_lane_that_nobody_works_gives_its_owner_no_advantage(subject: Subject) {
    subject.submit(generate_tests("never.py")).await;
    submit_for(&subject, "aaaaaa").await;
    subject.store.claim(&[noop_lane()], 4).await.unwrap();
    submit_for(&subject, "bbb").await;
    let claimed = subject.store.claim(&[noop_lane()], 10).await.unwrap();
    let owners: String = claimed.iter().map(|task| task.new.owner.to_string()).collect();
    assert_eq!(owners, "ababb");
}

async fn a_task_that_is_given_back_keeps_its_place(subject: Subject) {
    let first = subject.submit(noop()).await;
    let claimed = subject.claim_one().await;
    let second = subject.submit(noop()).await;
    let given_back = subject.settle(&claimed, Settlement::GiveBack).await;
    assert_eq!(given_back.status(), TaskStatus::Queued);
    assert_eq!(ids(&subject.claim(2).await), [first, second]);
}
