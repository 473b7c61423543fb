//! An engine whose disk fails again and again: it goes on, and all that it accepted is done in the end.

use _core::task::TaskStatus;

use super::*;
use crate::store::faulty_files::{Fault, FaultyFolder};
use crate::store::subject::folder;

const TASKS: usize = 40;
/// After a claim that failed the engine rests a second.
const LONG: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_done_though_the_device_fails_now_and_then() {
    everything_is_done(Fault::Device, 97).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_done_though_the_disk_is_full_now_and_then() {
    everything_is_done(Fault::FullDisk, 53).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_done_though_the_file_is_often_locked() {
    everything_is_done(Fault::Busy, 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_is_not_thrown_away_because_the_disk_fails_right_before_its_effect() {
    let renews = options(2, |attempt| {
        Box::pin(async move {
            attempt.renew().await?;
            Ok(noted(attempt))
        })
    });
    everything_is_done_by(renews, Fault::Device, 61).await;
}

async fn everything_is_done(fault: Fault, nth: usize) {
    everything_is_done_by(echo(), fault, nth).await;
}

/// Every n-th call of the disk fails while tasks are submitted, run and waited for.
async fn everything_is_done_by(options: EngineOptions, fault: Fault, nth: usize) {
    let (folder, disk) = (folder(), folder());
    let path = folder.path().join("tasks.db");
    let faults = FaultyFolder::new(folder.path(), disk.path());
    let engine = on_file(&path, options).await;
    faults.arm_every(fault, nth);

    let ids = tokio::time::timeout(LONG, submit_and_wait(&engine)).await.expect("the engine goes on");

    let (calls, _) = faults.disarm();
    assert!(calls > 2 * nth, "the disk did not fail: {calls} calls");
    engine.stop(Duration::ZERO).await;
    let reader = on_file(&path, EngineOptions::without_workers()).await;
    for id in ids {
        assert_eq!(reader.get(id).await.unwrap().status(), TaskStatus::Completed);
    }
    assert_eq!(reader.stats().await.unwrap().total_tasks, TASKS as u64);
    reader.stop(Duration::ZERO).await;
}

/// A caller that tries again what was refused; the same id is the same task.
async fn submit_and_wait(engine: &Engine) -> Vec<TaskId> {
    let mut ids = Vec::new();
    for number in 0..TASKS {
        let task = task(engine, &number.to_string());
        while engine.submit(task.clone()).await.is_err() {}
        ids.push(task.id);
    }
    for id in &ids {
        while engine.wait(*id, None).await.is_err() {}
    }
    ids
}
