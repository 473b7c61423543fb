//! Stopping: nothing is lost, and nothing is left running.

use std::path::PathBuf;

use _core::engine::EngineError;
use _core::task::{TaskStatus, Terms};

use super::*;

#[tokio::test]
async fn a_stopped_engine_refuses_work_and_says_so() {
    let engine = in_memory(echo()).await;
    engine.stop(Duration::ZERO).await;

    let error = engine.submit(task(&engine, "too late")).await.unwrap_err();

    assert!(matches!(error, EngineError::Closed), "{error}");
    engine.stop(Duration::ZERO).await;
}

#[tokio::test]
async fn stopping_waits_for_what_runs_within_its_grace() {
    let (gate, mut arrivals) = Gate::new();
    let engine = Arc::new(in_memory(Gate::options(&gate, 1)).await);
    let id = submit(&engine, "runs").await;
    arrival(&mut arrivals).await;
    let waiting = {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move { engine.wait(id, None).await })
    };
    let stopping = {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move { engine.stop(PATIENCE).await })
    };

    gate.open.add_permits(1);

    assert!(waiting.await.unwrap().unwrap().is_success());
    stopping.await.unwrap();
}

#[tokio::test]
async fn what_still_runs_after_the_grace_goes_back_to_the_queue_as_if_it_had_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let (gate, mut arrivals) = Gate::new();
    let engine = on_file(&path, Gate::options(&gate, 1)).await;
    let id = submit(&engine, "interrupted").await;
    arrival(&mut arrivals).await;

    engine.stop(Duration::ZERO).await;

    let reader = on_file(&path, EngineOptions::without_workers()).await;
    let task = reader.get(id).await.unwrap();
    assert_eq!(task.status(), TaskStatus::Queued);
    assert_eq!((task.attempt, task.retries, task.crashes), (0, 0, 0));
    reader.stop(Duration::ZERO).await;
}

#[tokio::test]
async fn the_next_engine_goes_on_with_what_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let first = on_file(&path, EngineOptions::without_workers()).await;
    let id = submit(&first, "left behind").await;
    first.stop(Duration::ZERO).await;

    let second = on_file(&path, echo()).await;

    assert!(second.wait(id, Some(PATIENCE)).await.unwrap().is_success());
    second.stop(Duration::ZERO).await;
}

/// Renames the file of a store, so that nothing can be written to it.
fn take_away(path: &Path) -> PathBuf {
    let away = path.with_extension("away");
    std::fs::rename(path, &away).unwrap();
    away
}

#[tokio::test]
async fn an_engine_ends_though_its_store_is_gone_and_the_next_does_what_it_could_not_give_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let (gate, mut arrivals) = Gate::new();
    let first = on_file(&path, Gate::options(&gate, 1)).await;
    let id = submit(&first, "runs").await;
    arrival(&mut arrivals).await;
    let away = take_away(&path);

    tokio::time::timeout(PATIENCE, first.stop(Duration::ZERO)).await.expect("it ends");

    std::fs::rename(&away, &path).unwrap();
    let second = on_file(&path, echo()).await;
    let done = second.wait(id, Some(PATIENCE)).await.unwrap();
    assert_eq!((done.is_success(), done.task.crashes), (true, 1));
    second.stop(Duration::ZERO).await;
}

#[tokio::test]
async fn what_is_too_old_is_left_until_someone_retries_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let first = on_file(&path, EngineOptions::without_workers()).await;
    let id = submit(&first, "old").await;
    first.stop(Duration::ZERO).await;

    let second = on_file(&path, EngineOptions { resume_max_age: Duration::ZERO, ..echo() }).await;

    assert_eq!(second.get(id).await.unwrap().status(), TaskStatus::Pending);
    let again = second.retry(id, Terms::default()).await.unwrap().id();
    assert!(second.wait(again, Some(PATIENCE)).await.unwrap().is_success());
    assert_eq!(second.get(id).await.unwrap().status(), TaskStatus::Cancelled);
    second.stop(Duration::ZERO).await;
}

#[tokio::test]
async fn waits_end_with_the_engine() {
    let engine = Arc::new(in_memory(EngineOptions::without_workers()).await);
    let id = submit(&engine, "never runs").await;
    let waiting = {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move { engine.wait(id, None).await })
    };
    tokio::task::yield_now().await;

    engine.stop(Duration::ZERO).await;

    let error = waiting.await.unwrap().unwrap_err();
    assert!(matches!(error, EngineError::Closed), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_that_meets_a_claim_does_not_wait_for_the_attempt() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20 {
        let (gate, _arrivals) = Gate::new();
        // On disk a claim takes its time, so that the stop comes in the middle of it.
        let path = folder.path().join(format!("{number}.db"));
        let engine = on_file(&path, Gate::options(&gate, 4)).await;
        submit(&engine, "claimed just now").await;

        let stopped = tokio::time::timeout(PATIENCE, engine.stop(Duration::ZERO)).await;

        assert!(stopped.is_ok(), "an attempt was left running");
    }
}

#[tokio::test]
async fn stopping_lets_what_can_end_do_so_and_gives_only_the_rest_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let (gate, mut arrivals) = Gate::new();
    let engine = on_file(&path, Gate::options(&gate, 2)).await;
    let mut ids = Vec::new();
    for note in ["a", "b", "waits", "waits too"] {
        ids.push(submit(&engine, note).await);
    }
    arrival(&mut arrivals).await;
    arrival(&mut arrivals).await;
    // For one of the two that run.
    gate.open.add_permits(1);

    engine.stop(Duration::from_millis(200)).await;

    assert!(arrivals.try_recv().is_err(), "a stopping engine has claimed");
    let reader = on_file(&path, EngineOptions::without_workers()).await;
    let mut ended = 0;
    for id in ids {
        let task = reader.get(id).await.unwrap();
        ended += u32::from(task.status() == TaskStatus::Completed);
        let is_as_before = task.status() == TaskStatus::Queued && (task.attempt, task.crashes) == (0, 0);
        assert!(task.status() == TaskStatus::Completed || is_as_before, "{task:?}");
    }
    assert_eq!(ended, 1);
    reader.stop(Duration::ZERO).await;
}
