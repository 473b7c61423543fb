//! A task with a time does not run before it, whatever happens to the clock.

use std::time::Duration;

use _core::store::{Promotion, Store};
use _core::task::{State, TaskStatus, Wait};
use chrono::TimeDelta;

use super::subject::{Subject, ids};
use crate::support::{noop, noop_at};

on_every_store! {
    a_task_waits_for_its_time_and_is_queued_when_it_has_come,
    a_time_that_is_past_or_now_is_no_wait,
    the_next_time_is_told_and_tasks_are_queued_in_the_order_of_their_times,
    a_clock_that_is_set_forward_makes_tasks_due_and_one_set_back_makes_them_wait,
    a_task_that_is_cancelled_before_its_time_never_runs,
    a_time_outlives_the_process,
}

async fn a_task_waits_for_its_time_and_is_queued_when_it_has_come(subject: Subject) {
    let due = subject.clock.now() + Duration::from_secs(10);
    let id = subject.submit(noop_at(due)).await;
    assert_eq!(subject.get(id).await.state, State::Pending { wait: Wait::Due(due) });
    subject.advance(9);
    assert_eq!(subject.store.promote().await.unwrap(), Promotion { promoted: 0, next_due: Some(due) });
    assert!(subject.claim(9).await.is_empty());
    subject.advance(1);
    assert!(subject.claim(9).await.is_empty(), "promotion queues, not time alone");
    assert_eq!(subject.store.promote().await.unwrap(), Promotion { promoted: 1, next_due: None });
    assert_eq!(ids(&subject.claim(9).await), [id]);
}

async fn a_time_that_is_past_or_now_is_no_wait(subject: Subject) {
    for age in [0, 1, 1_000_000] {
        let time = subject.clock.now() - TimeDelta::seconds(age);
        let id = subject.submit(noop_at(time)).await;
        assert_eq!(subject.status(id).await, TaskStatus::Queued);
    }
}

async fn the_next_time_is_told_and_tasks_are_queued_in_the_order_of_their_times(subject: Subject) {
    let start = subject.clock.now();
    let at = |seconds| noop_at(start + Duration::from_secs(seconds));
    let (third, first, second) =
        (subject.submit(at(30)).await, subject.submit(at(10)).await, subject.submit(at(20)).await);
    subject.submit(at(40)).await;
    subject.advance(35);
    let next_due = Some(start + Duration::from_secs(40));
    assert_eq!(subject.store.promote().await.unwrap(), Promotion { promoted: 3, next_due });
    assert_eq!(ids(&subject.claim(9).await), [first, second, third]);
}

async fn a_clock_that_is_set_forward_makes_tasks_due_and_one_set_back_makes_them_wait(subject: Subject) {
    let due = subject.clock.now() + TimeDelta::days(30);
    subject.submit(noop_at(due)).await;
    subject.clock.jump(TimeDelta::days(-365));
    assert_eq!(subject.store.promote().await.unwrap(), Promotion { promoted: 0, next_due: Some(due) });
    subject.clock.jump(TimeDelta::days(365 + 31));
    assert_eq!(subject.store.promote().await.unwrap(), Promotion { promoted: 1, next_due: None });
    subject.clock.jump(TimeDelta::days(-365));
    assert_eq!(subject.claim(9).await.len(), 1, "what is queued stays queued");
}

async fn a_task_that_is_cancelled_before_its_time_never_runs(subject: Subject) {
    let id = subject.submit(noop_at(subject.clock.now() + Duration::from_secs(5))).await;
    subject.store.cancel(id).await.unwrap();
    subject.advance(10);
    assert_eq!(subject.store.promote().await.unwrap(), Promotion::default());
    assert_eq!(subject.status(id).await, TaskStatus::Cancelled);
}

async fn a_time_outlives_the_process(mut subject: Subject) {
    let due = subject.clock.now() + Duration::from_secs(5);
    let id = subject.submit(noop_at(due)).await;
    subject.submit(noop()).await;
    subject.reopen().await;
    let task = subject.get(id).await;
    assert_eq!((task.new.run_at(), task.state.clone()), (Some(due), State::Pending { wait: Wait::Due(due) }));
}
