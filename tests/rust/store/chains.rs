//! A thousand tasks, each waiting for the one before it.

use _core::store::Store;
use _core::task::{ErrorKind, ListFilter, TaskId, TaskStatus};

use super::subject::Subject;
use crate::support::{noop, noop_after, transient};

on_every_store! {
    a_chain_of_a_thousand_completes_in_order,
    a_chain_of_a_thousand_fails_with_the_reason_of_the_first,
}

const LENGTH: usize = 1_000;

async fn chain(subject: &Subject) -> Vec<TaskId> {
    let mut ids = vec![subject.submit(noop()).await];
    while let (true, Some(last)) = (ids.len() < LENGTH, ids.last()) {
        ids.push(subject.submit(noop_after(&[*last])).await);
    }
    ids
}

async fn a_chain_of_a_thousand_completes_in_order(subject: Subject) {
    let mut order = Vec::new();
    let ids = chain(&subject).await;
    while let Some(task) = subject.claim(9).await.pop() {
        order.push(task.id());
        subject.complete(&task).await;
    }
    assert!(order == ids, "they ran in another order");
    assert_eq!(subject.stats().await.completed, LENGTH as u64);
}

async fn a_chain_of_a_thousand_fails_with_the_reason_of_the_first(subject: Subject) {
    let ids = chain(&subject).await;
    subject.fail(&*subject.claim_one().await).await;
    assert_eq!(subject.stats().await.failed, LENGTH as u64);
    let reason = format!("task {}, on which it depends, failed: {}", ids[0], transient().message);
    let failed = ListFilter { status: Some(TaskStatus::Failed), limit: LENGTH, ..ListFilter::default() };
    for task in subject.store.list(failed).await.unwrap().tasks {
        let failure = task.failure.as_ref().unwrap();
        let expected = if task.id() == ids[0] { transient().message } else { reason.clone() };
        assert_eq!(failure.message, expected);
        assert!(task.id() == ids[0] || failure.kind == ErrorKind::Dependency);
        assert_eq!(task.completed_at, Some(subject.clock.now()));
    }
}
