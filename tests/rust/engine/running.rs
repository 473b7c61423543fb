//! Submitting, running and waiting.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use _core::engine::{EngineError, EngineOptions};
use _core::task::{ListFilter, NewTask, Priority, TaskId, TaskStatus, Terms};

use super::*;

#[tokio::test]
async fn a_submitted_task_runs_and_its_result_is_the_same_each_time() {
    let engine = in_memory(echo()).await;
    let id = submit(&engine, "hello").await;

    let first = engine.wait(id, Some(PATIENCE)).await.unwrap();
    let second = engine.wait(id, Some(Duration::ZERO)).await.unwrap();

    assert!(first.is_success());
    assert_eq!(first.result.as_deref(), Some(&json!({ "note": "hello" })));
    assert_eq!(first.result, second.result);
    assert_eq!(first.task.completed_at, second.task.completed_at);
}

#[tokio::test]
async fn better_priorities_run_first_and_equals_in_order_of_submission() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(Gate::options(&gate, 1)).await;
    submit(&engine, "blocks the worker").await;
    arrival(&mut arrivals).await;
    for (note, priority) in [
        ("low", Priority::Low),
        ("first", Priority::High),
        ("second", Priority::High),
        ("critical", Priority::Critical),
    ] {
        engine.submit(NewTask { priority, ..task(&engine, note) }).await.unwrap();
    }

    gate.open.add_permits(5);

    let mut order = Vec::new();
    for _ in 0..4 {
        order.push(arrival(&mut arrivals).await);
    }
    assert_eq!(order, ["critical", "first", "second", "low"]);
}

#[tokio::test]
async fn no_more_tasks_run_at_once_than_there_are_workers() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(Gate::options(&gate, 2)).await;
    for note in ["a", "b", "c"] {
        submit(&engine, note).await;
    }

    let started: HashSet<String> =
        [arrival(&mut arrivals).await, arrival(&mut arrivals).await].into_iter().collect();

    assert_eq!(started, HashSet::from(["a".to_owned(), "b".to_owned()]));
    assert_eq!(engine.stats().await.unwrap().running, 2);
    assert_eq!(engine.stats().await.unwrap().queued, 1);
    gate.open.add_permits(1);
    assert_eq!(arrival(&mut arrivals).await, "c");
}

#[tokio::test]
async fn a_full_pool_does_not_hold_up_another() {
    let (gate, mut arrivals) = Gate::new();
    let slow = Gate::options(&gate, 1);
    let quick = Lane::from("quick".to_owned());
    let echo = handler(|attempt| Box::pin(std::future::ready(Ok(noted(attempt)))));
    let engine = in_memory(slow.with_pool(quick.clone(), 1, echo)).await;
    submit(&engine, "slow").await;
    arrival(&mut arrivals).await;
    submit(&engine, "waits behind slow").await;

    let id = engine.submit(NewTask { lane: quick, ..task(&engine, "quick") }).await.unwrap().id();

    assert!(engine.wait(id, Some(PATIENCE)).await.unwrap().is_success());
}

#[tokio::test]
async fn an_engine_without_workers_only_keeps_tasks() {
    let engine = in_memory(EngineOptions::without_workers()).await;
    let id = submit(&engine, "waits").await;

    let error = engine.wait(id, Some(Duration::from_millis(20))).await.unwrap_err();

    assert!(matches!(error, EngineError::WaitTimedOut { .. }), "{error}");
    assert_eq!(engine.get(id).await.unwrap().status(), TaskStatus::Queued);
}

#[tokio::test]
async fn a_wait_of_no_time_answers_at_once() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(Gate::options(&gate, 1)).await;
    let id = submit(&engine, "runs").await;
    arrival(&mut arrivals).await;

    let error = engine.wait(id, Some(Duration::ZERO)).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        format!("task {id} is still running after 0.0 s: it goes on; ask again, or cancel it")
    );
}

#[tokio::test]
async fn unknown_ids_are_an_error_everywhere() {
    let engine = in_memory(echo()).await;
    let id = TaskId::fresh();

    let errors = [
        engine.get(id).await.unwrap_err(),
        engine.wait(id, None).await.unwrap_err(),
        engine.cancel(id).await.unwrap_err(),
        engine.retry(id, Terms::default()).await.unwrap_err(),
    ];

    assert!(errors.iter().all(|error| matches!(error, EngineError::TaskNotFound { .. })), "{errors:?}");
}

#[tokio::test]
async fn many_waiters_of_many_tasks_are_all_woken() {
    let engine = Arc::new(in_memory(echo()).await);
    let mut waits = tokio::task::JoinSet::new();
    for number in 0..1_000 {
        let id = submit(&engine, &number.to_string()).await;
        for _ in 0..3 {
            let engine = Arc::clone(&engine);
            waits.spawn(async move { engine.wait(id, Some(PATIENCE)).await });
        }
    }

    let mut woken = 0;
    while let Some(outcome) = waits.join_next().await {
        assert!(outcome.unwrap().unwrap().is_success());
        woken += 1;
    }

    assert_eq!(woken, 3_000);
}

#[tokio::test]
async fn a_listing_needs_a_limit_within_its_range() {
    let engine = in_memory(echo()).await;

    for limit in [0, 1_001] {
        let error = engine.list(ListFilter { limit, ..ListFilter::default() }).await.unwrap_err();
        assert_eq!(error.to_string(), format!("limit: must be between 1 and 1000, not {limit}"));
    }
}
