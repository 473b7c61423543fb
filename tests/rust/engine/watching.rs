//! Watching tasks and waiting for them: every event reaches whoever watches, by a hint and not by the poll behind
//! it, and nobody who reads slowly holds up anything. Where time is paused, it passes only while nothing happens,
//! so that a wake-up by a poll shows.

use std::collections::BTreeMap;
use std::path::PathBuf;

use _core::engine::EngineError;
use _core::task::{Happening, Progress, Stage, TaskEvent, TaskStatus, Terms};
use futures_util::FutureExt;
use tempfile::TempDir;
use tokio::time::Instant;

use super::*;

/// The events of a task up to its end, as one who reads them one answer after the other gets them.
async fn watched(engine: &Engine, id: TaskId) -> Vec<TaskEvent> {
    let mut all: Vec<TaskEvent> = Vec::new();
    loop {
        let after = all.last().map_or(0, |event| event.number);
        let events = engine.events(id, after, PATIENCE).await.expect("the task is there");
        if events.is_empty() {
            return all;
        }
        all.extend(events);
    }
}

fn statuses(events: &[TaskEvent]) -> Vec<TaskStatus> {
    events.iter().map(|event| event.status).collect()
}

fn after(engine: &Engine, awaited: TaskId, note: &str) -> NewTask {
    let terms = Terms { depends_on: vec![awaited], ..Terms::default() };
    NewTask { terms: Some(Box::new(terms)), ..task(engine, note) }
}

/// Notes what it did: "fails" fails.
fn does_or_fails() -> EngineOptions {
    options(2, |attempt| {
        let fails = &*attempt.task.new.metadata == "fails";
        let failure = || Failure::new(ErrorKind::Refused, "as it was told");
        Box::pin(std::future::ready(if fails { Err(failure()) } else { Ok(noted(attempt)) }))
    })
}

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    (folder, path)
}

#[tokio::test(start_paused = true)]
async fn a_watcher_hears_of_each_step_at_once() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(Gate::options(&gate, 1)).await;
    let id = submit(&engine, "watched").await;
    arrival(&mut arrivals).await;
    let begin = Instant::now();
    assert_eq!(
        statuses(&engine.events(id, 0, PATIENCE).await.unwrap()),
        [TaskStatus::Queued, TaskStatus::Running]
    );

    let (events, ()) = tokio::join!(engine.events(id, 2, PATIENCE), async {
        gate.open.add_permits(1);
    });

    assert_eq!(statuses(&events.unwrap()), [TaskStatus::Completed]);
    assert_eq!(engine.events(id, 3, PATIENCE).await.unwrap(), [], "nothing will ever come");
    assert!(begin.elapsed() < Duration::from_millis(100), "by a poll: {:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_watcher_hears_of_a_claim() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(Gate::options(&gate, 1)).await;
    submit(&engine, "runs").await;
    arrival(&mut arrivals).await;
    let id = submit(&engine, "waits for the worker").await;
    let begin = Instant::now();

    let (events, ()) = tokio::join!(engine.events(id, 1, PATIENCE), async {
        gate.open.add_permits(1);
    });

    assert_eq!(statuses(&events.unwrap()), [TaskStatus::Running]);
    assert!(begin.elapsed() < Duration::from_millis(100), "by a poll: {:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_watcher_and_a_waiter_of_a_dependant_hear_when_it_is_its_turn() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(Gate::options(&gate, 1)).await;
    let first = submit(&engine, "first").await;
    arrival(&mut arrivals).await;
    let second = engine.submit(after(&engine, first, "second")).await.unwrap().id();
    let begin = Instant::now();

    let (events, finished, ()) =
        tokio::join!(watched(&engine, second), engine.wait(second, Some(PATIENCE)), async {
            gate.open.add_permits(2);
        });

    let told = [TaskStatus::Pending, TaskStatus::Queued, TaskStatus::Running, TaskStatus::Completed];
    assert_eq!(statuses(&events), told);
    assert!(finished.unwrap().is_success());
    assert!(begin.elapsed() < Duration::from_millis(100), "by a poll: {:?}", begin.elapsed());
}

/// Fails what has passed the gate.
fn fails_behind(gate: &Arc<Gate>) -> EngineOptions {
    let gate = Arc::clone(gate);
    options(1, move |attempt| {
        let gate = Arc::clone(&gate);
        Box::pin(async move {
            gate.pass(attempt).await?;
            Err(Failure::new(ErrorKind::Refused, "as it was told"))
        })
    })
}

/// A chain of ten whose first fails or is cancelled; whoever waits for any or watches any hears of it at once.
async fn ends_a_chain(end: impl AsyncFnOnce(&Engine, &Gate, TaskId)) {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(fails_behind(&gate)).await;
    let first = submit(&engine, "first").await;
    arrival(&mut arrivals).await;
    let mut chain = vec![first];
    while let (true, Some(last)) = (chain.len() < 10, chain.last()) {
        chain.push(engine.submit(after(&engine, *last, "next")).await.unwrap().id());
    }
    let begin = Instant::now();
    let waits = chain[1..].iter().map(|id| engine.wait(*id, Some(PATIENCE)));
    let watches = chain[1..].iter().map(|id| engine.events(*id, 1, PATIENCE));

    let (waits, watches, ()) = tokio::join!(
        futures_util::future::join_all(waits),
        futures_util::future::join_all(watches),
        end(&engine, &gate, first)
    );

    for finished in waits {
        let task = finished.unwrap().task;
        let failure = task.failure.as_ref().unwrap();
        assert_eq!(failure.kind, ErrorKind::Dependency);
        assert!(failure.message.contains(&format!("task {first}")), "{}", failure.message);
    }
    for events in watches {
        assert_eq!(statuses(&events.unwrap()), [TaskStatus::Failed]);
    }
    assert!(begin.elapsed() < Duration::from_millis(100), "by a poll: {:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_dependant_hears_when_its_dependency_is_cancelled_while_it_runs() {
    ends_a_chain(async |engine, _gate, first| drop(engine.cancel(first).await.unwrap())).await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_dependant_hears_when_its_dependency_fails() {
    ends_a_chain(async |_engine, gate, _first| gate.open.add_permits(1)).await;
}

#[tokio::test]
async fn dependants_of_another_process_are_waited_for_and_watched_too() {
    let (_folder, path) = file();
    let there = on_file(&path, does_or_fails()).await;
    let here = on_file(&path, EngineOptions::without_workers()).await;
    for (note, end) in [("fine", TaskStatus::Completed), ("fails", TaskStatus::Failed)] {
        let run_at = Some(chrono::Utc::now() + Duration::from_millis(300));
        let terms = Some(Box::new(Terms { run_at, ..Terms::default() }));
        let first = here.submit(NewTask { terms, ..task(&here, note) }).await.unwrap().id();
        let second = here.submit(after(&here, first, "second")).await.unwrap().id();

        let (finished, events) = tokio::join!(here.wait(second, Some(PATIENCE)), watched(&here, second));

        assert_eq!((finished.unwrap().task.status(), events.last().unwrap().status), (end, end));
    }
    there.stop(PATIENCE).await;
    here.stop(PATIENCE).await;
}

#[tokio::test]
async fn everyone_who_watches_reads_the_same_without_gaps() {
    let (_folder, path) = file();
    let engine = on_file(&path, talkative()).await;
    let other = on_file(&path, EngineOptions::without_workers()).await;
    let ids = [submit(&engine, "a").await, submit(&engine, "b").await];
    let watchers = (0..40).map(|number| {
        let engine = if number % 2 == 0 { &engine } else { &other };
        let id = ids[number / 2 % 2];
        watched(engine, id).map(move |events| (id, events))
    });

    let mut stories: BTreeMap<TaskId, Vec<TaskEvent>> = BTreeMap::new();
    for (id, events) in futures_util::future::join_all(watchers).await {
        let numbers: Vec<u32> = events.iter().map(|event| event.number).collect();
        assert_eq!(numbers, (1..=u32::try_from(events.len()).unwrap()).collect::<Vec<_>>());
        assert!(events.iter().any(|event| matches!(event.happening, Happening::Progress(_))));
        assert_eq!(stories.entry(id).or_insert_with(|| events.clone()), &events);
    }

    engine.stop(PATIENCE).await;
    other.stop(PATIENCE).await;
}

/// Reports three times, each when the one before is stored, and ends.
fn talkative() -> EngineOptions {
    options(2, |attempt| {
        Box::pin(async move {
            for iteration in 1..=3 {
                let message = String::new();
                attempt.report(Progress::of_iteration(Stage::Agent, message, iteration, 3));
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            Ok(noted(attempt))
        })
    })
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_holds_up_nobody_and_misses_nothing() {
    let engine = in_memory(echo()).await;
    let begin = Instant::now();
    let mut sleepers = Vec::new();
    for number in 0..1_000 {
        let id = submit(&engine, &number.to_string()).await;
        let mut watch = Box::pin(engine.events(id, 1, PATIENCE));
        // Registered, and then forgotten about.
        let _ = (&mut watch).now_or_never();
        sleepers.push((id, watch));
    }

    for (id, _) in &sleepers {
        assert!(engine.wait(*id, Some(PATIENCE)).await.unwrap().is_success());
    }

    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
    for (id, watch) in sleepers {
        drop(watch);
        let told = [TaskStatus::Queued, TaskStatus::Running, TaskStatus::Completed];
        assert_eq!(statuses(&watched(&engine, id).await), told);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_waits_no_longer_than_it_may() {
    let engine = in_memory(EngineOptions::without_workers()).await;
    let id = submit(&engine, "never runs").await;
    for seconds in [0, 1, 100] {
        let begin = Instant::now();
        let limit = Duration::from_secs(seconds);
        assert_eq!(engine.events(id, 1, limit).await.unwrap(), []);
        let over = begin.elapsed().checked_sub(limit).expect("it waits its time");
        assert!(over < Duration::from_millis(100), "{over:?} too long");
    }
    assert_eq!(engine.events(id, 0, Duration::MAX).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn watches_end_with_the_engine_and_need_a_task() {
    let engine = in_memory(EngineOptions::without_workers()).await;
    let error = engine.events(TaskId::fresh(), 0, PATIENCE).await.unwrap_err();
    assert!(matches!(error, EngineError::TaskNotFound { .. }), "{error}");
    let id = submit(&engine, "never runs").await;

    let (watch, ()) = tokio::join!(engine.events(id, 1, Duration::MAX), engine.stop(Duration::ZERO));

    assert!(matches!(watch, Err(EngineError::Closed)), "{watch:?}");
}
