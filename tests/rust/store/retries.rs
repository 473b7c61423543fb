//! Another try, when it is due.

use std::time::Duration;

use _core::store::{Promotion, Store};
use _core::task::{Settlement, State, TaskStatus, Wait};
use serde_json::json;

use super::subject::{Subject, ids};
use crate::support::{noop, noop_of_owner, transient};

on_every_store! {
    a_retried_task_waits_until_it_is_due,
    everything_that_is_due_is_promoted_at_once,
    nothing_is_promoted_where_nothing_waits,
    a_promoted_task_lines_up_behind_its_owners_others,
    what_a_retried_attempt_had_to_show_is_not_its_result,
}

async fn retry_in(subject: &Subject, seconds: u64) -> _core::task::TaskId {
    let task = subject.claim_one().await;
    let due = subject.clock.now() + Duration::from_secs(seconds);
    let failure = transient().with_result(json!("half a test"));
    let waiting = subject.settle(&task, Settlement::Retry { failure, due }).await;
    assert_eq!(waiting.state, State::Pending { wait: Wait::Due(due) });
    task.id()
}

async fn a_retried_task_waits_until_it_is_due(subject: Subject) {
    subject.submit(noop()).await;
    let id = retry_in(&subject, 10).await;
    let due = subject.clock.now() + Duration::from_secs(10);
    let waiting = subject.get(id).await;
    assert_eq!((waiting.retries, waiting.failure.as_deref()), (1, Some(&transient())));

    subject.advance(9);
    assert_eq!(subject.store.promote().await.unwrap(), Promotion { promoted: 0, next_due: Some(due) });
    assert!(subject.claim(1).await.is_empty());

    subject.advance(1);
    assert_eq!(subject.store.promote().await.unwrap(), Promotion { promoted: 1, next_due: None });
    let again = subject.claim_one().await;
    assert_eq!((again.id(), again.retries, again.attempt, again.token), (id, 1, 2, 2));
    assert_eq!(subject.complete(&again).await.failure, None);
}

async fn everything_that_is_due_is_promoted_at_once(subject: Subject) {
    for _ in 0..5 {
        subject.submit(noop()).await;
    }
    for seconds in [3, 1, 2, 60, 90] {
        retry_in(&subject, seconds).await;
    }
    let next_due = subject.clock.now() + Duration::from_mins(1);
    subject.advance(5);
    assert_eq!(subject.store.promote().await.unwrap(), Promotion { promoted: 3, next_due: Some(next_due) });
    assert_eq!(subject.store.stats().await.unwrap().queued, 3);
}

async fn nothing_is_promoted_where_nothing_waits(subject: Subject) {
    subject.submit(noop()).await;
    assert_eq!(subject.store.promote().await.unwrap(), Promotion::default());
}

async fn a_promoted_task_lines_up_behind_its_owners_others(subject: Subject) {
    subject.submit(noop_of_owner("a")).await;
    let retried = retry_in(&subject, 0).await;
    let second = subject.submit(noop_of_owner("a")).await;
    let third = subject.submit(noop_of_owner("a")).await;
    let other = subject.submit(noop_of_owner("b")).await;
    subject.store.promote().await.unwrap();
    assert_eq!(ids(&subject.claim(4).await), [second, other, third, retried]);
}

async fn what_a_retried_attempt_had_to_show_is_not_its_result(subject: Subject) {
    subject.submit(noop()).await;
    let id = retry_in(&subject, 0).await;
    assert!(subject.store.result(id).await.unwrap().is_none());
    assert_eq!(subject.get(id).await.status(), TaskStatus::Pending);
}
