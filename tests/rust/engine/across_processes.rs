//! Two engines on one file, as two processes have them.

use _core::task::TaskStatus;

use super::*;

#[tokio::test]
async fn a_task_submitted_here_runs_there_and_its_end_is_noticed_here() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let here = on_file(&path, EngineOptions::without_workers()).await;
    let there = on_file(&path, echo()).await;
    assert!(here.has_worker(&lane()).await.unwrap());

    let id = submit(&here, "crosses over").await;

    let finished = here.wait(id, Some(PATIENCE)).await.unwrap();
    assert_eq!(finished.result.as_deref(), Some(&json!({ "note": "crosses over" })));
    there.stop(Duration::ZERO).await;
    assert!(!here.has_worker(&lane()).await.unwrap());
    here.stop(Duration::ZERO).await;
}

#[tokio::test]
async fn a_task_that_runs_there_can_be_cancelled_from_here() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let (gate, mut arrivals) = Gate::new();
    let there = on_file(&path, Gate::options(&gate, 1)).await;
    let here = on_file(&path, EngineOptions::without_workers()).await;
    let id = submit(&here, "runs there").await;
    arrival(&mut arrivals).await;

    let cancelled = here.cancel(id).await.unwrap();

    assert_eq!(cancelled.status(), TaskStatus::Cancelled);
    there.stop(Duration::ZERO).await;
    here.stop(Duration::ZERO).await;
}
