//! Cancelling: what it means in each state.

use std::sync::atomic::{AtomicBool, Ordering};

use _core::task::TaskStatus;

use super::*;

#[tokio::test]
async fn a_queued_task_is_cancelled_at_once_and_never_runs() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(Gate::options(&gate, 1)).await;
    let blocker = submit(&engine, "blocks the worker").await;
    arrival(&mut arrivals).await;
    let id = submit(&engine, "cancelled").await;

    let cancelled = engine.cancel(id).await.unwrap();

    assert_eq!(cancelled.status(), TaskStatus::Cancelled);
    gate.open.add_permits(2);
    engine.wait(blocker, Some(PATIENCE)).await.unwrap();
    let last = submit(&engine, "last").await;
    engine.wait(last, Some(PATIENCE)).await.unwrap();
    assert_eq!(arrival(&mut arrivals).await, "last");
}

#[tokio::test]
async fn a_running_task_is_cancelled_only_when_its_attempt_has_ended() {
    let ended = Arc::new(AtomicBool::new(false));
    let (gate, mut arrivals) = Gate::new();
    let flag = Arc::clone(&ended);
    let engine = in_memory(options(1, move |attempt| {
        let (gate, flag) = (Arc::clone(&gate), Arc::clone(&flag));
        Box::pin(async move {
            let outcome = gate.pass(attempt).await;
            // A clean-up that takes its time.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            flag.store(true, Ordering::SeqCst);
            outcome
        })
    }))
    .await;
    let id = submit(&engine, "runs").await;
    arrival(&mut arrivals).await;

    let cancelled = engine.cancel(id).await.unwrap();

    assert_eq!(cancelled.status(), TaskStatus::Cancelled);
    assert!(ended.load(Ordering::SeqCst));
    let finished = engine.wait(id, None).await.unwrap();
    assert_eq!(finished.failure().unwrap().kind, ErrorKind::Cancelled);
}

#[tokio::test]
async fn a_finished_task_is_answered_unchanged() {
    let engine = in_memory(echo()).await;
    let id = submit(&engine, "done").await;
    engine.wait(id, Some(PATIENCE)).await.unwrap();

    let task = engine.cancel(id).await.unwrap();

    assert_eq!(task.status(), TaskStatus::Completed);
}

#[tokio::test]
async fn waiters_of_a_cancelled_task_are_woken() {
    let engine = Arc::new(in_memory(EngineOptions::without_workers()).await);
    let id = submit(&engine, "queued").await;
    let waiting = {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move { engine.wait(id, None).await })
    };

    engine.cancel(id).await.unwrap();

    let finished = waiting.await.unwrap().unwrap();
    assert_eq!(finished.task.status(), TaskStatus::Cancelled);
}
