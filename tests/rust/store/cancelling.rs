//! Cancelling, from every state; and that final is final.

use std::sync::Arc;
use std::time::Duration;

use _core::store::Store;
use _core::task::{ErrorKind, Settlement, Task, TaskStatus};
use serde_json::json;

use super::subject::Subject;
use crate::support::{noop, transient};

on_every_store! {
    a_queued_task_is_cancelled_at_once,
    a_pending_task_is_cancelled_at_once,
    a_running_task_is_marked_for_its_process,
    a_task_whose_cancel_was_asked_for_is_not_tried_again,
    a_task_whose_cancel_was_asked_for_is_not_queued_again,
    a_completion_before_the_cancel_arrived_stands,
    final_is_final,
}

async fn a_queued_task_is_cancelled_at_once(subject: Subject) {
    let id = subject.submit(noop()).await;
    let cancelled = subject.store.cancel(id).await.unwrap().unwrap();
    assert_eq!(cancelled.status(), TaskStatus::Cancelled);
    assert_eq!(cancelled.completed_at, Some(subject.clock.now()));
    assert_eq!(cancelled.failure.as_ref().unwrap().kind, ErrorKind::Cancelled);
    assert!(subject.claim(10).await.is_empty());
}

async fn a_pending_task_is_cancelled_at_once(subject: Subject) {
    subject.submit(noop()).await;
    let task = subject.claim_one().await;
    let due = subject.clock.now();
    subject.settle(&task, Settlement::Retry { failure: transient(), due }).await;
    let cancelled = subject.store.cancel(task.id()).await.unwrap().unwrap();
    assert_eq!(cancelled.status(), TaskStatus::Cancelled);
    assert_eq!(subject.store.promote().await.unwrap().promoted, 0);
}

async fn asked_to_end(subject: &Subject) -> Arc<Task> {
    subject.submit(noop()).await;
    let task = subject.claim_one().await;
    let marked = subject.store.cancel(task.id()).await.unwrap().unwrap();
    assert!(marked.cancel_requested);
    assert_eq!(marked.status(), TaskStatus::Running);
    task
}

async fn a_running_task_is_marked_for_its_process(subject: Subject) {
    assert!(subject.store.cancel_requests().await.unwrap().is_empty());
    subject.submit(noop()).await;
    subject.claim_one().await;
    let task = asked_to_end(&subject).await;
    assert_eq!(subject.store.cancel_requests().await.unwrap(), [task.id()]);
    subject.store.renew(task.id(), task.token).await.unwrap();
    let cancelled = subject.settle(&task, Settlement::Cancel).await;
    assert_eq!(cancelled.status(), TaskStatus::Cancelled);
    assert!(subject.store.cancel_requests().await.unwrap().is_empty());
}

async fn a_task_whose_cancel_was_asked_for_is_not_tried_again(subject: Subject) {
    let task = asked_to_end(&subject).await;
    let due = subject.clock.now();
    let settled = subject.settle(&task, Settlement::Retry { failure: transient(), due }).await;
    assert_eq!(settled.status(), TaskStatus::Cancelled);
}

async fn a_task_whose_cancel_was_asked_for_is_not_queued_again(subject: Subject) {
    let task = asked_to_end(&subject).await;
    assert_eq!(subject.settle(&task, Settlement::GiveBack).await.status(), TaskStatus::Cancelled);
}

async fn a_completion_before_the_cancel_arrived_stands(subject: Subject) {
    let task = asked_to_end(&subject).await;
    assert_eq!(subject.complete(&task).await.status(), TaskStatus::Completed);
    assert!(subject.store.result(task.id()).await.unwrap().is_some());
}

async fn final_is_final(subject: Subject) {
    for settlement in
        [Settlement::Complete(Arc::new(json!({}))), Settlement::Fail(transient()), Settlement::Cancel]
    {
        subject.submit(noop()).await;
        let task = subject.claim_one().await;
        let ended = subject.settle(&task, settlement).await;
        subject.advance(1);
        let answered = subject.store.cancel(task.id()).await.unwrap().unwrap();
        subject.store.promote().await.unwrap();
        subject.store.rescue().await.unwrap();
        subject.store.prune(Duration::from_hours(1)).await.unwrap();
        let read = subject.get(task.id()).await;
        assert_eq!(format!("{answered:?}"), format!("{ended:?}"));
        assert_eq!(format!("{read:?}"), format!("{ended:?}"));
        assert!(subject.claim(10).await.is_empty());
    }
}
