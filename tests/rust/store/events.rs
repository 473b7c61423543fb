//! What happened to a task, numbered from 1 without gaps, the same in every store.

use std::sync::Arc;
use std::time::Duration;

use _core::store::Store;
use _core::task::{
    ErrorKind, Failure, Happening, LogLevel, NewTask, Progress, Settlement, Stage, Task, TaskEvent, TaskId,
    TaskStatus,
};
use serde_json::json;

use super::subject::{Subject, is_lease_lost};
use crate::support::{noop, noop_after, noop_at, progress, transient};

on_every_store! {
    a_life_without_trouble_is_told_from_submission_to_completion,
    every_try_is_told_with_the_reason_of_the_next,
    a_cancel_is_told_when_it_is_asked_and_when_it_is_done,
    a_task_that_waits_tells_what_for_by_when_it_moves_on,
    a_task_that_fails_with_its_dependency_tells_why,
    a_dependency_that_has_ended_already_is_told_like_any_other,
    equal_reports_are_events_of_their_own,
    events_can_be_read_again_from_any_number,
    an_answer_has_as_many_events_as_were_asked_for,
    what_is_refused_leaves_no_event,
    lines_of_a_lost_attempt_are_refused,
    lines_of_any_text_and_level_come_back,
    an_unknown_or_deleted_task_has_none,
    a_thousand_events_are_all_there,
    events_outlive_the_process,
}

async fn events(subject: &Subject, id: TaskId) -> Vec<TaskEvent> {
    subject.store.events(id, 0, usize::MAX).await.unwrap().unwrap()
}

/// The story in short; checks what is true of every story.
async fn story(subject: &Subject, id: TaskId) -> Vec<String> {
    let (events, task) = (events(subject, id).await, subject.get(id).await);
    let numbers: Vec<_> = events.iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=task.events).collect::<Vec<_>>(), "gaps");
    assert!(events.is_sorted_by_key(|event| event.at));
    let last = events.last().unwrap();
    assert_eq!((last.status, last.attempt, last.at), (task.status(), task.attempt, task.changed_at));
    events.iter().map(in_short).collect()
}

/// An event in a few words.
pub(super) fn in_short(event: &TaskEvent) -> String {
    let what = match &event.happening {
        Happening::Moved(None) => String::new(),
        Happening::Moved(Some(failure)) => format!(" because {}", failure.kind),
        Happening::Progress(progress) => format!(" progress {}", progress.iteration),
        Happening::Log(level, line) => format!(" {level} {line}"),
        Happening::CancelRequested => " cancel requested".to_owned(),
    };
    format!("{}#{}{what}", event.status, event.attempt)
}

async fn report(subject: &Subject, task: &Task, iteration: u32) {
    subject.store.report(task.id(), task.token, progress(iteration)).await.unwrap();
}

async fn log(subject: &Subject, task: &Task, lines: &[(LogLevel, &str)]) {
    let lines = lines.iter().map(|(level, line)| (*level, Box::from(*line))).collect();
    subject.store.log(task.id(), task.token, lines).await.unwrap();
}

async fn running(subject: &Subject) -> Arc<Task> {
    subject.submit(noop()).await;
    subject.claim_one().await
}

async fn a_life_without_trouble_is_told_from_submission_to_completion(subject: Subject) {
    let start = subject.clock.now();
    let id = subject.submit(noop()).await;
    subject.advance(1);
    let task = subject.claim_one().await;
    log(&subject, &task, &[(LogLevel::Info, "begins"), (LogLevel::Warning, "hm")]).await;
    report(&subject, &task, 1).await;
    log(&subject, &task, &[(LogLevel::Debug, "goes on")]).await;
    report(&subject, &task, 2).await;
    subject.advance(1);
    subject.complete(&task).await;
    let told = [
        "queued#0",
        "running#1",
        "running#1 info begins",
        "running#1 warning hm",
        "running#1 progress 1",
        "running#1 debug goes on",
        "running#1 progress 2",
        "completed#1",
    ];
    assert_eq!(story(&subject, id).await, told);
    let seconds: Vec<_> =
        events(&subject, id).await.iter().map(|event| (event.at - start).num_seconds()).collect();
    assert_eq!(seconds, [0, 1, 1, 1, 1, 1, 1, 2]);
}

async fn every_try_is_told_with_the_reason_of_the_next(subject: Subject) {
    let task = running(&subject).await;
    report(&subject, &task, 1).await;
    let failure = transient().with_result(json!("half a test"));
    let due = subject.clock.now();
    subject.settle(&task, Settlement::Retry { failure, due }).await;
    subject.store.promote().await.unwrap();
    let second = subject.claim_one().await;
    report(&subject, &second, 2).await;
    subject.settle(&second, Settlement::GiveBack).await;
    let third = subject.claim_one().await;
    subject.settle(&third, Settlement::Fail(Failure::new(ErrorKind::Refused, "no"))).await;
    let told = [
        "queued#0",
        "running#1",
        "running#1 progress 1",
        "pending#1 because transient",
        "queued#1 because transient",
        "running#2",
        "running#2 progress 2",
        "queued#1 because transient",
        "running#2",
        "failed#2 because refused",
    ];
    assert_eq!(story(&subject, task.id()).await, told);
    let Happening::Moved(Some(failure)) = &events(&subject, task.id()).await[3].happening else { panic!() };
    assert_eq!(**failure, transient(), "what it had to show is no part of an event");
}

async fn a_cancel_is_told_when_it_is_asked_and_when_it_is_done(subject: Subject) {
    let id = subject.submit(noop()).await;
    subject.store.cancel(id).await.unwrap();
    assert_eq!(story(&subject, id).await, ["queued#0", "cancelled#0 because cancelled"]);

    let task = running(&subject).await;
    report(&subject, &task, 1).await;
    for _ in 0..3 {
        subject.store.cancel(task.id()).await.unwrap();
    }
    report(&subject, &task, 2).await;
    log(&subject, &task, &[(LogLevel::Error, "stopping")]).await;
    subject.settle(&task, Settlement::GiveBack).await;
    subject.store.cancel(task.id()).await.unwrap();
    let told = [
        "queued#0",
        "running#1",
        "running#1 progress 1",
        "running#1 cancel requested",
        "running#1 progress 2",
        "running#1 error stopping",
        "cancelled#1 because cancelled",
    ];
    assert_eq!(story(&subject, task.id()).await, told);
}

async fn a_task_that_waits_tells_what_for_by_when_it_moves_on(subject: Subject) {
    let first = running(&subject).await;
    let due = subject.clock.now() + Duration::from_secs(5);
    let mut terms = noop_after(&[first.id()]).terms.unwrap();
    terms.run_at = Some(due);
    let id = subject.submit(NewTask { terms: Some(terms), ..noop() }).await;
    let plain = subject.submit(noop_after(&[first.id()])).await;
    let timed = subject.submit(noop_at(due)).await;
    subject.complete(&first).await;
    subject.advance(5);
    subject.store.promote().await.unwrap();
    assert_eq!(story(&subject, id).await, ["pending#0", "pending#0", "queued#0"]);
    assert_eq!(story(&subject, plain).await, ["pending#0", "queued#0"]);
    assert_eq!(story(&subject, timed).await, ["pending#0", "queued#0"]);
}

async fn a_task_that_fails_with_its_dependency_tells_why(subject: Subject) {
    let first = running(&subject).await;
    let second = subject.submit(noop_after(&[first.id()])).await;
    let third = subject.submit(noop_after(&[second])).await;
    subject.advance(1);
    subject.fail(&first).await;
    for id in [second, third] {
        assert_eq!(story(&subject, id).await, ["pending#0", "failed#0 because dependency"]);
    }
}

async fn a_dependency_that_has_ended_already_is_told_like_any_other(subject: Subject) {
    let (done, failed) = (running(&subject).await, running(&subject).await);
    subject.complete(&done).await;
    subject.fail(&failed).await;
    let ready = subject.submit(noop_after(&[done.id()])).await;
    let broken = subject.submit(noop_after(&[failed.id(), done.id()])).await;
    assert_eq!(story(&subject, ready).await, ["pending#0", "queued#0"]);
    assert_eq!(story(&subject, broken).await, ["pending#0", "failed#0 because dependency"]);
}

async fn equal_reports_are_events_of_their_own(subject: Subject) {
    let task = running(&subject).await;
    for _ in 0..3 {
        report(&subject, &task, 1).await;
    }
    assert_eq!(story(&subject, task.id()).await[2..], ["running#1 progress 1"; 3]);
}

async fn events_can_be_read_again_from_any_number(subject: Subject) {
    let task = running(&subject).await;
    report(&subject, &task, 1).await;
    log(&subject, &task, &[(LogLevel::Info, "a"), (LogLevel::Info, "b")]).await;
    subject.complete(&task).await;
    let all = events(&subject, task.id()).await;
    assert_eq!(all.len(), 6);
    for (after, place) in (0_u32..).zip(0..=all.len()) {
        let rest = subject.store.events(task.id(), after, 99).await.unwrap().unwrap();
        assert_eq!(rest, all[place..], "after {after}");
    }
    for after in [7, 1_000_000, u32::MAX] {
        assert_eq!(subject.store.events(task.id(), after, 99).await.unwrap().unwrap(), []);
    }
}

async fn an_answer_has_as_many_events_as_were_asked_for(subject: Subject) {
    let task = running(&subject).await;
    report(&subject, &task, 1).await;
    subject.complete(&task).await;
    let all = events(&subject, task.id()).await;
    for limit in 0..=4 {
        assert_eq!(subject.store.events(task.id(), 0, limit).await.unwrap().unwrap(), all[..limit]);
    }
    assert_eq!(subject.store.events(task.id(), 1, 2).await.unwrap().unwrap(), all[1..3]);
}

async fn what_is_refused_leaves_no_event(subject: Subject) {
    let task = running(&subject).await;
    let stale = task.token + 1;
    assert!(is_lease_lost(&subject.store.report(task.id(), stale, progress(1)).await));
    assert!(is_lease_lost(&subject.store.settle(task.id(), stale, Settlement::GiveBack).await));
    subject.complete(&task).await;
    assert!(is_lease_lost(&subject.store.report(task.id(), task.token, progress(1)).await));
    subject.store.cancel(task.id()).await.unwrap();
    assert_eq!(story(&subject, task.id()).await, ["queued#0", "running#1", "completed#1"]);
}

async fn lines_of_a_lost_attempt_are_refused(subject: Subject) {
    let task = running(&subject).await;
    subject.settle(&task, Settlement::GiveBack).await;
    let again = subject.claim_one().await;
    let line = || vec![(LogLevel::Info, Box::from("late"))];
    assert!(is_lease_lost(&subject.store.log(task.id(), task.token, line()).await));
    assert!(is_lease_lost(&subject.store.log(TaskId::fresh(), 1, line()).await));
    assert!(is_lease_lost(&subject.store.log(task.id(), task.token, Vec::new()).await));
    assert_eq!(subject.get(task.id()).await.events, again.events);
}

async fn lines_of_any_text_and_level_come_back(subject: Subject) {
    let task = running(&subject).await;
    let lines = LogLevel::ALL.map(|level| (level, "ü漢🦀\u{0}\"\\\n' 100% \u{1b}[31m"));
    log(&subject, &task, &lines).await;
    let stage = Progress::of_iteration(Stage::Agent, "ü\"'".to_owned(), 3, 4);
    subject.store.report(task.id(), task.token, stage.clone()).await.unwrap();
    let all = events(&subject, task.id()).await;
    for ((level, line), event) in lines.iter().zip(&all[2..]) {
        assert_eq!(event.happening, Happening::Log(*level, (*line).into()));
    }
    assert_eq!(all[6].happening, Happening::Progress(Box::new(stage)));
}

async fn an_unknown_or_deleted_task_has_none(subject: Subject) {
    assert_eq!(subject.store.events(TaskId::fresh(), 0, 9).await.unwrap(), None);
    let id = subject.submit(NewTask { retention_seconds: 1.0, ..noop() }).await;
    subject.store.cancel(id).await.unwrap();
    subject.advance(2);
    subject.store.prune(Duration::MAX).await.unwrap();
    assert_eq!(subject.store.events(id, 0, 9).await.unwrap(), None);
}

async fn a_thousand_events_are_all_there(subject: Subject) {
    let task = running(&subject).await;
    for iteration in 0..1_000 {
        report(&subject, &task, iteration).await;
    }
    let told = story(&subject, task.id()).await;
    assert_eq!((told.len(), &*told[1001]), (1002, "running#1 progress 999"));
    assert_eq!(subject.status(task.id()).await, TaskStatus::Running);
}

async fn events_outlive_the_process(mut subject: Subject) {
    let task = running(&subject).await;
    log(&subject, &task, &[(LogLevel::Info, "kept")]).await;
    subject.complete(&task).await;
    let before = events(&subject, task.id()).await;
    subject.reopen().await;
    assert_eq!(events(&subject, task.id()).await, before);
}
