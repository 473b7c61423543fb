//! What goes in comes out again.

use _core::store::{Store, StoreError};
use _core::task::{Custom, Kind, KindName, ListFilter, NewTask, TaskId, TaskStatus, Work};
use serde_json::value::RawValue;

use super::subject::Subject;
use crate::support::{generate_tests, noop};

on_every_store! {
    a_submitted_task_is_queued_and_can_be_read_back,
    every_part_of_a_request_is_kept,
    work_for_a_users_handler_is_kept_word_for_word,
    unicode_and_a_megabyte_of_it_are_kept,
    an_unknown_task_is_none_everywhere,
    submitting_an_id_again_answers_the_task_that_is_there,
    the_counts_follow_every_task,
    a_closed_store_says_so,
}

async fn a_submitted_task_is_queued_and_can_be_read_back(subject: Subject) {
    let answered = subject.store.submit(noop()).await.unwrap();
    let read = subject.get(answered.id()).await;
    for task in [answered, read] {
        assert_eq!(task.status(), TaskStatus::Queued);
        assert_eq!((task.seq, task.rank, task.token, task.attempt), (1, 1, 0, 0));
        assert_eq!(task.created_at, subject.clock.now());
        assert_eq!((task.started_at, task.completed_at), (None, None));
    }
}

async fn every_part_of_a_request_is_kept(subject: Subject) {
    let new = NewTask { owner: "ada".into(), metadata: r#"{"a":1}"#.into(), ..generate_tests("a/b.py") };
    subject.store.submit(new.clone()).await.unwrap();
    let task = subject.get(new.id).await;
    assert_eq!(task.new.lane, new.lane);
    assert_eq!(task.new.owner, new.owner);
    assert_eq!(task.new.priority, new.priority);
    assert_eq!(task.new.work, new.work);
    assert_eq!(task.new.metadata, new.metadata);
    assert_eq!(task.new.submitter, new.submitter);
    assert_eq!(task.new.max_retries, new.max_retries);
    assert!((task.new.attempt_seconds - new.attempt_seconds).abs() < f64::EPSILON);
}

async fn work_for_a_users_handler_is_kept_word_for_word(subject: Subject) {
    let kind: KindName = "count_words".parse().unwrap();
    let payload = RawValue::from_string(r#"{"b": [1, 2.50], "a": null}"#.to_owned()).unwrap();
    let work = Work::Custom(Box::new(Custom { kind: kind.clone(), payload }));
    let new = NewTask { lane: work.lane(), work, ..noop() };
    subject.submit(new.clone()).await;
    subject.submit(noop()).await;

    let task = subject.get(new.id).await;
    assert_eq!((&task.new.work, task.new.lane.as_str()), (&new.work, "count_words"));
    let filter = ListFilter { kind: Some(Kind::Custom(kind)), limit: 9, ..ListFilter::default() };
    let page = subject.store.list(filter).await.unwrap();
    assert_eq!(page.tasks.iter().map(|task| task.id()).collect::<Vec<_>>(), [new.id]);
    assert_eq!(subject.claim(9).await.len(), 1, "lanes of ours do not claim it");
    assert_eq!(subject.store.claim(&[new.lane], 9).await.unwrap().len(), 1);
}

async fn unicode_and_a_megabyte_of_it_are_kept(subject: Subject) {
    let large = "ü漢🦀\u{0}\"\\\n".repeat(80_000);
    let new = NewTask { metadata: large.as_str().into(), ..generate_tests(&large) };
    let id = subject.submit(new).await;
    let claimed = subject.claim_one().await;
    subject.complete(&claimed).await;
    let task = subject.get(id).await;
    assert_eq!(*task.new.metadata, *large);
    let Work::GenerateTests(request) = &task.new.work else { panic!("other work came back") };
    assert_eq!(request.module_path, large);
}

async fn an_unknown_task_is_none_everywhere(subject: Subject) {
    let unknown = TaskId::fresh();
    assert!(subject.store.get(unknown).await.unwrap().is_none());
    assert!(subject.store.result(unknown).await.unwrap().is_none());
    assert!(subject.store.cancel(unknown).await.unwrap().is_none());
}

async fn submitting_an_id_again_answers_the_task_that_is_there(subject: Subject) {
    let new = noop();
    subject.submit(new.clone()).await;
    let claimed = subject.claim_one().await;
    let again = subject.store.submit(new).await.unwrap();
    assert_eq!((again.status(), again.token), (TaskStatus::Running, claimed.token));
    assert_eq!(subject.store.stats().await.unwrap().total_tasks, 1);
}

async fn the_counts_follow_every_task(subject: Subject) {
    for _ in 0..5 {
        subject.submit(noop()).await;
    }
    let claimed = subject.claim(3).await;
    subject.complete(&claimed[0]).await;
    subject.store.cancel(subject.submit(noop()).await).await.unwrap();
    let stats = subject.store.stats().await.unwrap();
    assert_eq!((stats.total_tasks, stats.queue_size, stats.pending), (6, 2, 0));
    assert_eq!((stats.queued, stats.running, stats.completed), (2, 2, 1));
    assert_eq!((stats.failed, stats.cancelled), (0, 1));
}

async fn a_closed_store_says_so(subject: Subject) {
    subject.store.close().await;
    subject.store.close().await;
    assert!(matches!(subject.store.submit(noop()).await, Err(StoreError::Closed)));
    assert!(matches!(subject.store.get(TaskId::fresh()).await, Err(StoreError::Closed)));
    assert!(matches!(subject.store.rescue().await, Err(StoreError::Closed)));
}
