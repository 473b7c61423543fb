//! What goes away by itself, and what never does.

use std::time::Duration;

use _core::store::Store;
use _core::task::NewTask;
use chrono::TimeDelta;

use super::subject::Subject;
use crate::support::noop;

const DAY: Duration = Duration::from_hours(24);

on_every_store! {
    a_final_task_goes_after_its_retention_with_its_result,
    what_is_not_final_stays,
    at_most_a_hundred_go_at_once,
    each_task_is_kept_for_as_long_as_it_asks,
    what_is_kept_for_ever_stays,
    a_clock_that_is_set_back_keeps_tasks_longer_and_loses_none,
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

async fn each_task_is_kept_for_as_long_as_it_asks(subject: Subject) {
    let mut ids = Vec::new();
    for retention_seconds in [3600.0, 0.5, 0.0, 10.0] {
        let id = subject.submit(NewTask { retention_seconds, ..noop() }).await;
        subject.store.cancel(id).await.unwrap();
        ids.push(id);
    }
    for (seconds, gone) in [(0, 0), (1, 2), (9, 0), (1, 1), (3588, 0), (1, 0), (1, 1)] {
        subject.advance(seconds);
        assert_eq!(subject.store.prune(DAY).await.unwrap(), gone);
    }
    for id in ids {
        assert!(subject.store.get(id).await.unwrap().is_none());
    }
}

async fn what_is_kept_for_ever_stays(subject: Subject) {
    for retention_seconds in [f64::MAX, f64::INFINITY, 1e12] {
        subject.store.cancel(subject.submit(NewTask { retention_seconds, ..noop() }).await).await.unwrap();
    }
    subject.clock.jump(TimeDelta::days(365 * 1000));
    assert_eq!(subject.store.prune(DAY).await.unwrap(), 0);
    assert_eq!(subject.stats().await.cancelled, 3);
}

async fn a_clock_that_is_set_back_keeps_tasks_longer_and_loses_none(subject: Subject) {
    let id = subject.submit(NewTask { retention_seconds: 60.0, ..noop() }).await;
    subject.store.cancel(id).await.unwrap();
    subject.clock.jump(TimeDelta::days(-365));
    subject.advance(120);
    assert_eq!(subject.store.prune(DAY).await.unwrap(), 0);
    subject.clock.jump(TimeDelta::days(365));
    assert_eq!(subject.store.prune(DAY).await.unwrap(), 1);
}
