//! A task runs when all that it depends on has completed, and fails with the first of them that does not.

use std::time::Duration;

use _core::store::{Promotion, Store, StoreError};
use _core::task::{ErrorKind, NewTask, Settlement, State, Task, TaskId, TaskStatus, Terms, Wait};

use super::subject::{Subject, ids};
use crate::support::{noop, noop_after, noop_of_owner, noop_on, transient};

on_every_store! {
    a_task_waits_for_all_it_depends_on,
    one_completion_queues_everything_that_waits_for_it_alone,
    a_dependency_that_is_named_twice_counts_once,
    what_has_completed_already_is_not_waited_for,
    a_dependency_that_ended_badly_fails_the_task_at_once,
    an_unknown_dependency_is_refused_and_nothing_is_kept,
    no_task_can_wait_for_itself,
    a_failure_is_handed_on_with_its_reason_and_a_second_one_changes_nothing,
    cancelling_a_dependency_fails_what_waits_for_it,
    a_waiting_task_that_is_cancelled_stays_so_when_its_dependency_ends,
    another_try_of_a_dependency_tells_nobody,
    a_deleted_dependency_has_told_everyone_and_is_unknown_from_then_on,
    a_released_task_lines_up_behind_its_owners_others,
    a_task_with_a_time_waits_for_it_after_its_dependencies,
    a_time_that_passed_while_waiting_for_others_is_no_wait,
    dependencies_outlive_the_process,
}

async fn dependant(subject: &Subject, awaited: &[TaskId]) -> TaskId {
    subject.submit(noop_after(awaited)).await
}

fn waits_for(task: &Task) -> Option<u32> {
    match task.state {
        State::Pending { wait: Wait::Dependencies { open } } => Some(open),
        _ => None,
    }
}

async fn a_task_waits_for_all_it_depends_on(subject: Subject) {
    let mut awaited = Vec::new();
    for _ in 0..5 {
        awaited.push(subject.submit(noop()).await);
    }
    let last = dependant(&subject, &awaited).await;
    for (done, task) in (0..).zip(subject.claim(9).await) {
        assert_eq!(waits_for(&*subject.get(last).await), Some(5 - done));
        assert!(subject.claim(9).await.is_empty());
        subject.complete(&task).await;
    }
    assert_eq!(ids(&subject.claim(9).await), [last]);
}

async fn one_completion_queues_everything_that_waits_for_it_alone(subject: Subject) {
    let first = subject.submit(noop()).await;
    let other = subject.submit(noop()).await;
    let mut waiting = Vec::new();
    for _ in 0..50 {
        waiting.push(dependant(&subject, &[first]).await);
    }
    let of_both = dependant(&subject, &[other, first]).await;
    let task = subject.claim_one().await;
    assert!(!task.has_dependants || task.id() == first);
    subject.complete(&task).await;
    subject.claim_one().await;
    assert_eq!(ids(&subject.claim(99).await), waiting, "in the order of their submission");
    assert_eq!(waits_for(&*subject.get(of_both).await), Some(1));
}

async fn a_dependency_that_is_named_twice_counts_once(subject: Subject) {
    let first = subject.submit(noop()).await;
    let second = dependant(&subject, &[first, first, first]).await;
    assert_eq!(waits_for(&*subject.get(second).await), Some(1));
    subject.complete(&*subject.claim_one().await).await;
    assert_eq!(subject.status(second).await, TaskStatus::Queued);
}

async fn what_has_completed_already_is_not_waited_for(subject: Subject) {
    let done = subject.submit(noop()).await;
    subject.complete(&*subject.claim_one().await).await;
    let open = subject.submit(noop()).await;
    let ready = subject.store.submit(noop_after(&[done, done])).await.unwrap();
    assert_eq!(ready.status(), TaskStatus::Queued);
    let half = dependant(&subject, &[done, open]).await;
    assert_eq!(waits_for(&*subject.get(half).await), Some(1));
    assert_eq!(ids(&subject.claim(9).await), [open, ready.id()]);
}

async fn a_dependency_that_ended_badly_fails_the_task_at_once(subject: Subject) {
    let failed = subject.submit(noop()).await;
    subject.fail(&*subject.claim_one().await).await;
    let cancelled = subject.submit(noop()).await;
    subject.store.cancel(cancelled).await.unwrap();
    let open = subject.submit(noop()).await;
    for (broken, word) in [(failed, "failed"), (cancelled, "cancelled")] {
        let task = subject.store.submit(noop_after(&[open, broken])).await.unwrap();
        let failure = task.failure.as_ref().unwrap();
        assert_eq!((task.status(), failure.kind), (TaskStatus::Failed, ErrorKind::Dependency));
        let names_it = format!("task {broken}, on which it depends, {word}: ");
        assert!(failure.message.starts_with(&names_it), "{}", failure.message);
        assert_eq!(task.completed_at, Some(subject.clock.now()));
        assert_eq!(subject.get(task.id()).await.failure, task.failure);
    }
    subject.complete(&*subject.claim_one().await).await;
    assert!(subject.claim(9).await.is_empty(), "what failed at once is never queued");
}

async fn an_unknown_dependency_is_refused_and_nothing_is_kept(subject: Subject) {
    let known = subject.submit(noop()).await;
    let unknown = TaskId::fresh();
    let new = noop_after(&[known, unknown]);
    match subject.store.submit(new.clone()).await {
        Err(StoreError::UnknownDependency { id }) => assert_eq!(id, unknown),
        outcome => panic!("{outcome:?}"),
    }
    assert!(subject.store.get(new.id).await.unwrap().is_none());
    subject.complete(&*subject.claim_one().await).await;
    assert_eq!(subject.stats().await.total_tasks, 1);
}

async fn no_task_can_wait_for_itself(subject: Subject) {
    let new = noop();
    let terms = noop_after(&[new.id]).terms;
    let outcome = subject.store.submit(NewTask { terms, ..new }).await;
    assert!(matches!(outcome, Err(StoreError::UnknownDependency { .. })));
}

async fn a_failure_is_handed_on_with_its_reason_and_a_second_one_changes_nothing(subject: Subject) {
    let (one, two) = (subject.submit(noop()).await, subject.submit(noop()).await);
    let waiting = dependant(&subject, &[one, two]).await;
    let running = subject.claim(2).await;
    subject.fail(&running[0]).await;
    let failed = subject.get(waiting).await;
    let failure = failed.failure.as_ref().unwrap();
    assert_eq!((failed.status(), failure.kind), (TaskStatus::Failed, ErrorKind::Dependency));
    let reason = format!("task {one}, on which it depends, failed: {}", transient().message);
    assert_eq!(failure.message, reason);
    subject.fail(&running[1]).await;
    let after = subject.get(waiting).await;
    assert_eq!((&after.failure, after.events), (&failed.failure, failed.events));
}

async fn cancelling_a_dependency_fails_what_waits_for_it(subject: Subject) {
    let first = subject.submit(noop()).await;
    let second = dependant(&subject, &[first]).await;
    let third = dependant(&subject, &[second]).await;
    subject.store.cancel(first).await.unwrap();
    for id in [second, third] {
        let failure = subject.get(id).await.failure.clone().unwrap();
        assert_eq!(failure.kind, ErrorKind::Dependency);
        assert!(failure.message.contains(&format!("task {first}")), "{}", failure.message);
    }
}

async fn a_waiting_task_that_is_cancelled_stays_so_when_its_dependency_ends(subject: Subject) {
    let first = subject.submit(noop()).await;
    let (second, kept) = (dependant(&subject, &[first]).await, dependant(&subject, &[first]).await);
    let answered = subject.store.cancel(second).await.unwrap().unwrap();
    assert_eq!(answered.status(), TaskStatus::Cancelled);
    let before = answered.events;
    subject.complete(&*subject.claim_one().await).await;
    let after = subject.get(second).await;
    assert_eq!((after.status(), after.events), (TaskStatus::Cancelled, before));
    assert_eq!(subject.status(kept).await, TaskStatus::Queued);
}

async fn another_try_of_a_dependency_tells_nobody(subject: Subject) {
    subject.submit(noop()).await;
    let first = subject.claim_one().await;
    let second = dependant(&subject, &[first.id()]).await;
    let retry = Settlement::Retry { failure: transient(), due: subject.clock.now() };
    subject.settle(&first, retry).await;
    assert_eq!(waits_for(&*subject.get(second).await), Some(1));
    subject.store.promote().await.unwrap();
    let again = subject.claim_one().await;
    subject.settle(&again, Settlement::GiveBack).await;
    assert_eq!(waits_for(&*subject.get(second).await), Some(1));
    subject.complete(&*subject.claim_one().await).await;
    assert_eq!(subject.status(second).await, TaskStatus::Queued);
}

async fn a_deleted_dependency_has_told_everyone_and_is_unknown_from_then_on(subject: Subject) {
    let short = |task| NewTask { retention_seconds: 1.0, ..task };
    let first = subject.submit(short(noop())).await;
    let gone = subject.submit(short(noop_after(&[first]))).await;
    let waiting = dependant(&subject, &[first]).await;
    subject.store.cancel(gone).await.unwrap();
    subject.advance(2);
    assert_eq!(subject.store.prune(Duration::MAX).await.unwrap(), 1);
    subject.complete(&*subject.claim_one().await).await;
    subject.advance(2);
    assert_eq!(subject.store.prune(Duration::MAX).await.unwrap(), 1);
    assert_eq!(subject.status(waiting).await, TaskStatus::Queued);
    let outcome = subject.store.submit(noop_after(&[first])).await;
    assert!(matches!(outcome, Err(StoreError::UnknownDependency { id }) if id == first));
}

async fn a_released_task_lines_up_behind_its_owners_others(subject: Subject) {
    let first = subject.submit(noop_of_owner("a")).await;
    let released = subject.submit(NewTask { owner: "a".into(), ..noop_after(&[first]) }).await;
    let (second, third) =
        (subject.submit(noop_of_owner("a")).await, subject.submit(noop_of_owner("a")).await);
    let other = subject.submit(noop_of_owner("b")).await;
    subject.complete(&*subject.claim_one().await).await;
    assert_eq!(ids(&subject.claim(9).await), [other, second, third, released]);
}

async fn a_task_with_a_time_waits_for_it_after_its_dependencies(subject: Subject) {
    let first = subject.submit(noop()).await;
    let due = subject.clock.now() + Duration::from_secs(10);
    let terms = Terms { depends_on: vec![first], run_at: Some(due), ..Terms::default() };
    let id = subject.submit(noop_on(terms)).await;
    assert_eq!(subject.store.promote().await.unwrap(), Promotion::default());
    subject.complete(&*subject.claim_one().await).await;
    assert_eq!(subject.get(id).await.state, State::Pending { wait: Wait::Due(due) });
    assert_eq!(subject.store.promote().await.unwrap(), Promotion { promoted: 0, next_due: Some(due) });
    subject.advance(10);
    assert_eq!(subject.store.promote().await.unwrap().promoted, 1);
    assert_eq!(ids(&subject.claim(9).await), [id]);
}

async fn a_time_that_passed_while_waiting_for_others_is_no_wait(subject: Subject) {
    let first = subject.submit(noop()).await;
    let run_at = Some(subject.clock.now() + Duration::from_secs(10));
    let terms = Terms { depends_on: vec![first], run_at, ..Terms::default() };
    let id = subject.submit(noop_on(terms)).await;
    subject.advance(20);
    assert_eq!(subject.store.promote().await.unwrap(), Promotion::default());
    subject.complete(&*subject.claim_one().await).await;
    assert_eq!(subject.status(id).await, TaskStatus::Queued);
}

async fn dependencies_outlive_the_process(mut subject: Subject) {
    let first = subject.submit(noop()).await;
    let second = dependant(&subject, &[first]).await;
    subject.reopen().await;
    assert_eq!(subject.get(second).await.new.depends_on(), [first]);
    subject.complete(&*subject.claim_one().await).await;
    assert_eq!(subject.status(second).await, TaskStatus::Queued);
}
