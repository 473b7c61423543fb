//! What an attempt may do while it holds its task, and what not when it no longer does.

use std::sync::Arc;

use _core::store::Store;
use _core::task::{ErrorKind, Failure, Settlement, Task, TaskId, TaskStatus};
use serde_json::{Value, json};

use super::subject::{Subject, is_lease_lost};
use crate::support::{noop, progress, transient};

on_every_store! {
    the_last_progress_is_kept_until_the_next_attempt,
    a_completed_task_keeps_its_result_however_often_it_is_read,
    a_failed_task_keeps_its_error_and_what_it_had_to_show,
    a_failure_without_a_result_leaves_none,
    a_stale_token_is_refused_and_changes_nothing,
    a_token_is_of_no_use_where_nothing_runs,
    an_unknown_task_has_no_lease,
    a_task_that_is_given_back_has_not_used_up_an_attempt,
    an_attempt_that_died_is_made_again_twice,
    readers_of_a_record_keep_what_they_saw,
}

async fn running(subject: &Subject) -> Arc<Task> {
    subject.submit(noop()).await;
    subject.claim_one().await
}

fn all_settlements(subject: &Subject) -> Vec<Settlement> {
    vec![
        Settlement::Complete(Arc::new(json!(1))),
        Settlement::Fail(transient().with_result(json!(2))),
        Settlement::Retry { failure: transient(), due: subject.clock.now() },
        Settlement::GiveBack,
        Settlement::Cancel,
        Settlement::Crash,
    ]
}

async fn refuses_everything(subject: &Subject, id: TaskId, token: u64) {
    let before = format!("{:?}", subject.store.get(id).await.unwrap());
    for settlement in all_settlements(subject) {
        assert!(is_lease_lost(&subject.store.settle(id, token, settlement).await));
    }
    assert!(is_lease_lost(&subject.store.report(id, token, progress(9)).await));
    assert!(is_lease_lost(&subject.store.renew(id, token).await));
    assert_eq!(format!("{:?}", subject.store.get(id).await.unwrap()), before);
    assert!(subject.store.result(id).await.unwrap().is_none());
}

async fn the_last_progress_is_kept_until_the_next_attempt(subject: Subject) {
    let task = running(&subject).await;
    for iteration in 1..=2 {
        subject.store.report(task.id(), task.token, progress(iteration)).await.unwrap();
    }
    assert_eq!(subject.get(task.id()).await.progress.as_deref(), Some(&progress(2)));
    subject.store.renew(task.id(), task.token).await.unwrap();

    subject.settle(&task, Settlement::GiveBack).await;
    let task = subject.claim_one().await;
    assert_eq!(task.progress, None);

    subject.store.report(task.id(), task.token, progress(2)).await.unwrap();
    subject.complete(&task).await;
    let ended = subject.get(task.id()).await;

    assert_eq!(ended.progress.as_deref(), Some(&progress(2)));
    assert_eq!(ended.progress_now(), None);
}

async fn a_completed_task_keeps_its_result_however_often_it_is_read(subject: Subject) {
    let task = running(&subject).await;
    let result =
        json!({"tests": ["ü", null, 1.5], "coverage": {"percent": 97.3}, "text": "x".repeat(1_000_000)});
    assert!(subject.store.result(task.id()).await.unwrap().is_none());
    subject.advance(7);
    let settled = subject.settle(&task, Settlement::Complete(Arc::new(result.clone()))).await;
    assert_eq!(settled.status(), TaskStatus::Completed);
    assert_eq!(settled.completed_at, Some(subject.clock.now()));
    for _ in 0..2 {
        assert_eq!(*subject.store.result(task.id()).await.unwrap().unwrap(), result);
    }
}

async fn a_failed_task_keeps_its_error_and_what_it_had_to_show(subject: Subject) {
    let task = running(&subject).await;
    let failure = Failure::new(ErrorKind::CoverageGap, "71 % of 80 %").with_result(json!({"tests": 4}));
    subject.settle(&task, Settlement::Fail(failure)).await;
    let failed = subject.get(task.id()).await;
    assert_eq!(failed.status(), TaskStatus::Failed);
    assert_eq!(failed.failure.as_deref(), Some(&Failure::new(ErrorKind::CoverageGap, "71 % of 80 %")));
    assert_eq!(*subject.store.result(task.id()).await.unwrap().unwrap(), json!({"tests": 4}));
}

async fn a_failure_without_a_result_leaves_none(subject: Subject) {
    let task = running(&subject).await;
    subject.settle(&task, Settlement::Fail(transient())).await;
    assert_eq!(subject.store.result(task.id()).await.unwrap(), None::<Arc<Value>>);
}

async fn a_stale_token_is_refused_and_changes_nothing(subject: Subject) {
    let first = running(&subject).await;
    subject.settle(&first, Settlement::GiveBack).await;
    let second = subject.claim_one().await;
    assert!(second.token > first.token);
    refuses_everything(&subject, first.id(), first.token).await;
    refuses_everything(&subject, first.id(), second.token + 1).await;
    subject.complete(&second).await;
}

async fn a_token_is_of_no_use_where_nothing_runs(subject: Subject) {
    let queued = subject.submit(noop()).await;
    refuses_everything(&subject, queued, 0).await;
    let task = subject.claim_one().await;
    subject.settle(&task, Settlement::Fail(transient())).await;
    refuses_everything(&subject, task.id(), task.token).await;
}

async fn an_unknown_task_has_no_lease(subject: Subject) {
    refuses_everything(&subject, TaskId::fresh(), 1).await;
}

async fn a_task_that_is_given_back_has_not_used_up_an_attempt(subject: Subject) {
    let task = running(&subject).await;
    let given_back = subject.settle(&task, Settlement::GiveBack).await;
    assert_eq!((given_back.attempt, given_back.retries, given_back.crashes), (0, 0, 0));
    let again = subject.claim_one().await;
    assert_eq!((again.attempt, again.token), (1, 2));
}

async fn an_attempt_that_died_is_made_again_twice(subject: Subject) {
    let mut task = running(&subject).await;
    for attempt in 1..=2 {
        assert_eq!(task.attempt, attempt);
        assert_eq!(subject.settle(&task, Settlement::Crash).await.status(), TaskStatus::Queued);
        task = subject.claim_one().await;
    }

    let lost = subject.settle(&task, Settlement::Crash).await;

    assert_eq!((lost.status(), lost.retries, lost.attempt), (TaskStatus::Failed, 0, 3));
    assert_eq!(lost.failure.as_ref().map(|failure| failure.kind), Some(ErrorKind::Lost));
}

async fn readers_of_a_record_keep_what_they_saw(subject: Subject) {
    let before = subject.get(subject.submit(noop()).await).await;
    subject.claim_one().await;
    let after = subject.get(before.id()).await;
    assert_eq!((before.status(), after.status()), (TaskStatus::Queued, TaskStatus::Running));
    assert!(!Arc::ptr_eq(&before, &after));
}
