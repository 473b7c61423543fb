//! What of a task lives on a server: kept with it, found by whoever goes on, and ended before the task ends.

use std::sync::Arc;

use _core::store::Store;
use _core::task::{ErrorKind, ProcessId, Settlement, Task, TaskStatus};

use super::subject::{Subject, is_lease_lost};
use crate::support::{noop, session, transient};

on_every_store! {
    a_session_is_found_by_whoever_goes_on_with_the_task,
    a_session_that_is_gone_is_forgotten,
    an_attempt_that_lost_its_task_keeps_no_session,
    a_queued_task_with_a_session_is_cancelled_by_its_next_attempt,
    a_pending_task_with_a_session_is_cancelled_by_its_next_attempt,
    a_task_with_a_session_that_is_given_back_on_the_way_to_its_end_is_still_to_end,
}

/// A running task with a session.
async fn with_session(subject: &Subject) -> Arc<Task> {
    subject.submit(noop()).await;
    let task = subject.claim_one().await;
    assert_eq!(task.session, None);
    subject.store.keep_session(task.id(), task.token, Some(session())).await.unwrap();
    task
}

async fn a_session_is_found_by_whoever_goes_on_with_the_task(mut subject: Subject) {
    let task = with_session(&subject).await;
    subject.settle(&task, Settlement::GiveBack).await;
    subject.reopen().await;
    assert_eq!(subject.claim_one().await.session.as_deref(), Some(&session()));
}

async fn a_session_that_is_gone_is_forgotten(subject: Subject) {
    let task = with_session(&subject).await;
    subject.store.keep_session(task.id(), task.token, None).await.unwrap();
    subject.complete(&task).await;
    assert_eq!(subject.get(task.id()).await.session, None);
}

async fn an_attempt_that_lost_its_task_keeps_no_session(subject: Subject) {
    let task = with_session(&subject).await;
    subject.settle(&task, Settlement::GiveBack).await;
    let kept = subject.store.keep_session(task.id(), task.token, None).await;
    assert!(is_lease_lost(&kept), "{kept:?}");
    assert_eq!(subject.get(task.id()).await.session.as_deref(), Some(&session()));
}

/// Cancels a task that nobody runs, and sees that it ends only after another attempt.
async fn is_cancelled_by_its_next_attempt(subject: &Subject, task: &Task) {
    let asked = subject.store.cancel(task.id()).await.unwrap().unwrap();
    assert_eq!((asked.status(), asked.cancel_requested), (TaskStatus::Queued, true));
    let again = subject.store.cancel(task.id()).await.unwrap().unwrap();
    assert_eq!(again.events, asked.events, "asked for once");
    let claimed = subject.claim_one().await;
    assert!(matches!(claimed.is_to_end(), Some(Settlement::Cancel)));
    subject.store.keep_session(task.id(), claimed.token, None).await.unwrap();
    assert_eq!(subject.settle(&claimed, Settlement::Cancel).await.status(), TaskStatus::Cancelled);
}

async fn a_queued_task_with_a_session_is_cancelled_by_its_next_attempt(subject: Subject) {
    let task = with_session(&subject).await;
    subject.settle(&task, Settlement::GiveBack).await;
    is_cancelled_by_its_next_attempt(&subject, &task).await;
}

async fn a_pending_task_with_a_session_is_cancelled_by_its_next_attempt(subject: Subject) {
    let task = with_session(&subject).await;
    let due = subject.clock.now() + chrono::TimeDelta::hours(1);
    subject.settle(&task, Settlement::Retry { failure: transient(), due }).await;
    is_cancelled_by_its_next_attempt(&subject, &task).await;
}

async fn a_task_with_a_session_that_is_given_back_on_the_way_to_its_end_is_still_to_end(subject: Subject) {
    let task = with_session(&subject).await;
    subject.store.cancel(task.id()).await.unwrap();
    let given_back = subject.settle(&task, Settlement::GiveBack).await;
    assert_eq!((given_back.status(), given_back.cancel_requested), (TaskStatus::Queued, true));
    assert!(subject.claim_one().await.is_to_end().is_some());
}

/// A task of a process that died so often.
fn of_a_process_that_died(times: u32) -> Task {
    let now = chrono::Utc::now();
    let mut task = Task::submitted(noop(), 1, 1, 0, now);
    for _ in 0..times {
        task.claim(ProcessId::fresh(), now).unwrap();
        task.keep_session(task.token, Some(session())).unwrap();
        task.rescue(now).unwrap();
    }
    task
}

#[test]
fn a_lost_task_with_a_session_fails_once_that_is_ended() {
    assert!(of_a_process_that_died(2).is_to_end().is_none());
    let mut task = of_a_process_that_died(3);
    assert_eq!(task.status(), TaskStatus::Queued);
    let Some(Settlement::Fail(failure)) = task.is_to_end() else { panic!("{:?}", task.is_to_end()) };
    assert_eq!(failure.kind, ErrorKind::Lost);
    let now = chrono::Utc::now();
    task.claim(ProcessId::fresh(), now).unwrap();
    task.keep_session(task.token, None).unwrap();
    task.settle(task.token, &Settlement::Fail(failure), now).unwrap();
    assert_eq!(task.status(), TaskStatus::Failed);
}

#[test]
fn a_task_whose_end_was_asked_for_while_its_process_died_ends_once_its_session_is_ended() {
    let now = chrono::Utc::now();
    let mut task = of_a_process_that_died(1);
    task.claim(ProcessId::fresh(), now).unwrap();
    task.request_cancel(now).unwrap();
    task.rescue(now).unwrap();
    assert_eq!(task.status(), TaskStatus::Queued);
    assert!(matches!(task.is_to_end(), Some(Settlement::Cancel)));
}
