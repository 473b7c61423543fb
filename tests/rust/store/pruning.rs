//! What goes away by itself, and what never does.

use std::time::Duration;

use _core::store::Store;

use super::subject::Subject;
use crate::support::noop;

const DAY: Duration = Duration::from_hours(24);

on_every_store! {
    a_final_task_goes_after_its_retention_with_its_result,
    what_is_not_final_stays,
    at_most_a_hundred_go_at_once,
}

async fn a_final_task_goes_after_its_retention_with_its_result(subject: Subject) {
    let id = subject.submit(noop()).await;
    let task = subject.claim_one().await;
    subject.advance(DAY.as_secs());
    subject.complete(&task).await;
    subject.advance(DAY.as_secs());
    assert_eq!(subject.store.prune(DAY).await.unwrap(), 0, "its retention begins with its end");
    subject.advance(1);
    assert_eq!(subject.store.prune(DAY).await.unwrap(), 1);
    assert!(subject.store.get(id).await.unwrap().is_none());
    assert!(subject.store.result(id).await.unwrap().is_none());
    assert_eq!(subject.store.stats().await.unwrap().total_tasks, 0);
}

async fn what_is_not_final_stays(subject: Subject) {
    subject.submit(noop()).await;
    subject.claim_one().await;
    subject.submit(noop()).await;
    subject.advance(100 * DAY.as_secs());
    assert_eq!(subject.store.prune(DAY).await.unwrap(), 0);
    assert_eq!(subject.store.stats().await.unwrap().total_tasks, 2);
}

async fn at_most_a_hundred_go_at_once(subject: Subject) {
    for _ in 0..150 {
        subject.store.cancel(subject.submit(noop()).await).await.unwrap();
    }
    subject.advance(2 * DAY.as_secs());
    assert_eq!(subject.store.prune(DAY).await.unwrap(), 100);
    assert_eq!(subject.store.prune(DAY).await.unwrap(), 50);
    assert_eq!(subject.store.prune(DAY).await.unwrap(), 0);
}
