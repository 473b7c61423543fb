//! What is asked at one moment is answered as if it were asked one after the other.

use std::sync::Arc;

use _core::store::{Store, StoreError};
use _core::task::{NewTask, Priority, Settlement, Task, TaskId, TaskStatus};
use futures_util::future::join_all;
use serde_json::json;

use super::subject::{Subject, ids, is_lease_lost};
use crate::support::{generate_tests, noop, noop_of_owner, transient};

on_every_store! {
    submissions_at_once_stand_in_their_order,
    owners_of_submissions_at_once_take_turns,
    an_id_that_is_submitted_twice_at_once_is_one_task,
    attempts_that_end_at_once_each_end_as_they_said,
    of_two_ends_of_one_attempt_at_once_the_first_counts,
    a_task_that_waits_for_two_that_end_at_once_is_queued,
}

async fn submit_all(subject: &Subject, tasks: Vec<NewTask>) -> Vec<Arc<Task>> {
    let answers = join_all(tasks.into_iter().map(|task| subject.store.submit(task))).await;
    answers.into_iter().map(Result::unwrap).collect()
}

/// 100 tasks that are told apart by all that a submission brings.
fn assorted() -> Vec<NewTask> {
    let assorted = |number: usize| NewTask {
        owner: ["", "ada", "grace"][number % 3].into(),
        priority: Priority::ALL[number % 4],
        metadata: format!(r#"{{"number":{number}}}"#).into(),
        ..if number.is_multiple_of(2) { noop() } else { generate_tests(&format!("src/m{number}.py")) }
    };
    (0..100).map(assorted).collect()
}

async fn submissions_at_once_stand_in_their_order(subject: Subject) {
    let before = subject.submit(noop()).await;
    let asked = assorted();
    let answered = submit_all(&subject, asked.clone()).await;

    for ((asked, answered), seq) in asked.iter().zip(&answered).zip(2..) {
        let read = subject.get(asked.id).await;
        for task in [answered, &read] {
            assert_eq!((task.id(), task.seq, task.status()), (asked.id, seq, TaskStatus::Queued));
            assert_eq!((&task.new.work, &task.new.metadata), (&asked.work, &asked.metadata));
            assert_eq!((&task.new.owner, task.new.priority), (&asked.owner, asked.priority));
        }
        assert_eq!(read.rank, answered.rank);
    }
    assert_eq!(subject.store.stats().await.unwrap().queued, 101);
    assert_eq!(subject.get(before).await.seq, 1);
}

async fn owners_of_submissions_at_once_take_turns(subject: Subject) {
    let owners = ["ada", "ada", "ada", "grace", "", "grace", "ada"];
    let answered = submit_all(&subject, owners.map(noop_of_owner).into()).await;

    let ranks: Vec<i64> = answered.iter().map(|task| task.rank).collect();
    assert_eq!(ranks, [1, 2, 3, 1, 1, 2, 4]);
    let claimed = subject.claim(7).await;
    let order = [0, 3, 4, 1, 5, 2, 6].map(|index: usize| answered[index].id());
    assert_eq!(ids(&claimed), order);

    // What is submitted later lines up behind the turn that all of them have had.
    let later = submit_all(&subject, vec![noop_of_owner("ada"), noop_of_owner("grace")]).await;
    assert_eq!((later[0].rank, later[1].rank), (5, 5));
}

async fn an_id_that_is_submitted_twice_at_once_is_one_task(subject: Subject) {
    let known = noop();
    let again = NewTask { priority: Priority::Low, ..known.clone() };
    let answered = submit_all(&subject, vec![noop(), known.clone(), noop(), again, noop()]).await;

    assert_eq!(ids(&[Arc::clone(&answered[1]), Arc::clone(&answered[3])]), [known.id; 2]);
    assert_eq!(answered[3].new.priority, known.priority);
    assert_eq!(subject.store.stats().await.unwrap().queued, 4);
}

async fn attempts_that_end_at_once_each_end_as_they_said(subject: Subject) {
    submit_all(&subject, (0..70).map(|_| noop()).collect()).await;
    let claimed = subject.claim(70).await;
    let ending = |number: usize| match number % 4 {
        0 => Settlement::Complete(Arc::new(json!({ "number": number }))),
        1 => Settlement::Fail(transient()),
        2 => Settlement::GiveBack,
        _ => Settlement::Cancel,
    };
    let settle =
        |(number, task): (usize, &Arc<Task>)| subject.store.settle(task.id(), task.token, ending(number));
    let settled = join_all(claimed.iter().enumerate().map(settle)).await;

    for ((number, task), settled) in claimed.iter().enumerate().zip(settled) {
        let expected = [TaskStatus::Completed, TaskStatus::Failed, TaskStatus::Queued, TaskStatus::Cancelled];
        let read = subject.get(task.id()).await;
        assert_eq!((settled.unwrap().status(), read.status()), (expected[number % 4], expected[number % 4]));
        let result = subject.store.result(task.id()).await.unwrap();
        assert_eq!(result.as_deref(), number.is_multiple_of(4).then(|| json!({ "number": number })).as_ref());
        assert_eq!(subject.store.events(task.id(), 0, 100).await.unwrap().unwrap().len(), 3);
    }
}

async fn of_two_ends_of_one_attempt_at_once_the_first_counts(subject: Subject) {
    submit_all(&subject, vec![noop(), noop()]).await;
    let claimed = subject.claim(2).await;
    let (first, second) = (&claimed[0], &claimed[1]);
    let settled = join_all([
        subject.store.settle(first.id(), first.token + 1, Settlement::GiveBack),
        subject.store.settle(first.id(), first.token, Settlement::Fail(transient())),
        subject.store.settle(TaskId::fresh(), 1, Settlement::Cancel),
        subject.store.settle(first.id(), first.token, Settlement::Cancel),
        subject.store.settle(second.id(), second.token, Settlement::Cancel),
    ])
    .await;

    let refused: Vec<bool> = settled.iter().map(is_lease_lost::<Arc<Task>>).collect();
    assert_eq!(refused, [true, false, true, true, false]);
    assert_eq!(subject.get(first.id()).await.status(), TaskStatus::Failed);
    assert_eq!(subject.get(second.id()).await.status(), TaskStatus::Cancelled);
}

async fn a_task_that_waits_for_two_that_end_at_once_is_queued(subject: Subject) {
    let awaited = submit_all(&subject, vec![noop(), noop()]).await;
    let terms = _core::task::Terms { depends_on: ids(&awaited), ..Default::default() };
    let waiting = subject.submit(NewTask { terms: Some(Box::new(terms)), ..noop() }).await;
    let claimed = subject.claim(2).await;
    let complete = |task: &Arc<Task>| {
        subject.store.settle(task.id(), task.token, Settlement::Complete(Arc::new(json!(1))))
    };
    let settled: Result<Vec<_>, StoreError> =
        join_all(claimed.iter().map(complete)).await.into_iter().collect();
    settled.unwrap();

    assert_eq!(subject.get(waiting).await.status(), TaskStatus::Queued);
}
