//! The same idempotency key of the same owner is the same task, for as long as that is kept.

use _core::store::{Store, StoreError};
use _core::task::{NewTask, TaskStatus, Terms};

use super::subject::Subject;
use crate::support::{generate_tests, noop, noop_of_key, noop_on};

on_every_store! {
    a_key_submitted_again_answers_the_task_that_is_there,
    a_key_stands_for_its_task_wherever_that_stands,
    a_key_that_stands_for_other_work_is_refused_and_nothing_is_kept,
    a_key_that_stands_for_other_dependencies_is_refused,
    how_and_when_a_task_runs_may_differ_under_one_key,
    where_requests_are_known_as_a_whole_they_may_not_differ,
    the_same_key_of_another_owner_is_free,
    tasks_without_a_key_are_never_the_same,
    a_key_is_free_again_once_its_task_is_deleted,
    of_submissions_at_once_under_one_key_one_is_kept,
    a_key_outlives_the_process,
}

async fn a_key_submitted_again_answers_the_task_that_is_there(subject: Subject) {
    let first = subject.submit(noop_of_key("k")).await;
    subject.advance(5);
    let again = subject.store.submit(noop_of_key("k")).await.unwrap();
    assert_eq!((again.id(), again.events, again.seq), (first, 1, 1));
    assert_eq!(subject.stats().await.total_tasks, 1);
}

async fn a_key_stands_for_its_task_wherever_that_stands(subject: Subject) {
    let id = subject.submit(noop_of_key("k")).await;
    let running = subject.claim_one().await;
    let again = subject.store.submit(noop_of_key("k")).await.unwrap();
    assert_eq!((again.id(), again.status()), (id, TaskStatus::Running));
    subject.complete(&running).await;
    let again = subject.store.submit(noop_of_key("k")).await.unwrap();
    assert_eq!((again.id(), again.status()), (id, TaskStatus::Completed));
}

async fn a_key_that_stands_for_other_work_is_refused_and_nothing_is_kept(subject: Subject) {
    let known = subject.submit(noop_of_key("k")).await;
    let other = NewTask { terms: noop_of_key("k").terms, ..generate_tests("a.py") };
    match subject.store.submit(other.clone()).await {
        Err(StoreError::KeyTaken { key, id }) => assert_eq!((&*key, id), ("k", known)),
        outcome => panic!("{outcome:?}"),
    }
    assert!(subject.store.get(other.id).await.unwrap().is_none());
    assert_eq!(subject.stats().await.total_tasks, 1);
}

async fn a_key_that_stands_for_other_dependencies_is_refused(subject: Subject) {
    let awaited = subject.submit(noop()).await;
    subject.submit(noop_of_key("k")).await;
    let key = Some("k".into());
    let other = noop_on(Terms { idempotency_key: key, depends_on: vec![awaited], ..Terms::default() });
    assert!(matches!(subject.store.submit(other).await, Err(StoreError::KeyTaken { .. })));
}

async fn how_and_when_a_task_runs_may_differ_under_one_key(subject: Subject) {
    let id = subject.submit(noop_of_key("k")).await;
    let run_at = Some(subject.clock.now() + chrono::TimeDelta::days(1));
    let later = noop_on(Terms { idempotency_key: Some("k".into()), run_at, ..Terms::default() });
    let again =
        NewTask { metadata: r#"{"n":2}"#.into(), attempt_seconds: 1.0, retention_seconds: 9.0, ..later };
    let answered = subject.store.submit(again).await.unwrap();
    assert_eq!((answered.id(), answered.status(), &*answered.new.metadata), (id, TaskStatus::Queued, ""));
}

async fn where_requests_are_known_as_a_whole_they_may_not_differ(subject: Subject) {
    let asked = |request: Option<&str>| {
        let request = request.map(Into::into);
        noop_on(Terms { idempotency_key: Some("k".into()), request, ..Terms::default() })
    };
    let id = subject.submit(asked(Some("one"))).await;
    for same in [asked(Some("one")), asked(None)] {
        assert_eq!(subject.store.submit(same).await.unwrap().id(), id);
    }
    let other = subject.store.submit(asked(Some("another"))).await;
    assert!(matches!(other, Err(StoreError::KeyTaken { .. })), "{other:?}");
}

async fn the_same_key_of_another_owner_is_free(subject: Subject) {
    let mut ids = Vec::new();
    for owner in ["", "ada", "bob"] {
        let other_work = NewTask { terms: noop_of_key("k").terms, ..generate_tests(owner) };
        ids.push(subject.submit(NewTask { owner: owner.into(), ..other_work }).await);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

async fn tasks_without_a_key_are_never_the_same(subject: Subject) {
    let first = subject.submit(noop_on(Terms::default())).await;
    let second = subject.submit(noop_on(Terms::default())).await;
    assert_ne!(first, second);
}

async fn a_key_is_free_again_once_its_task_is_deleted(subject: Subject) {
    let first = subject.submit(NewTask { retention_seconds: 10.0, ..noop_of_key("k") }).await;
    subject.store.cancel(first).await.unwrap();
    subject.advance(11);
    assert_eq!(subject.store.prune(std::time::Duration::MAX).await.unwrap(), 1);
    let other = NewTask { terms: noop_of_key("k").terms, ..generate_tests("a.py") };
    let second = subject.submit(other).await;
    assert_ne!(first, second);
    assert_eq!(subject.status(second).await, TaskStatus::Queued);
}

async fn of_submissions_at_once_under_one_key_one_is_kept(subject: Subject) {
    let submissions = (0..40).map(|_| subject.store.submit(noop_of_key("k")));
    let answers = futures_util::future::join_all(submissions).await;
    let mut ids: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().id()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(subject.stats().await.total_tasks, 1);
}

async fn a_key_outlives_the_process(mut subject: Subject) {
    let id = subject.submit(noop_of_key("k")).await;
    subject.reopen().await;
    assert_eq!(subject.submit(noop_of_key("k")).await, id);
}
