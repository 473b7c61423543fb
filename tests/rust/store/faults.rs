//! Every operation of the `SQLite` store, with every call that it makes of a file failing once: a device that
//! fails, a full disk, a lock that another process holds. An error to the caller or another try; never half a
//! record, a false answer or a hang.

use std::path::Path;
use std::time::Duration;

use _core::store::{SqliteStore, Store};
use _core::task::{ListFilter, LogLevel, NewTask, Settlement, Task, TaskId, Terms};

use super::faulty_files::{Ground, closing_withstands, copy_files, opening_withstands, withstands};
use super::subject::{folder, lanes, open_sqlite, still_clock};
use crate::support::{done, noop_lane, progress, submitted_by, transient};

const HOUR: Duration = Duration::from_hours(1);

/// A lease that no test outlives.
const LEASE: Duration = Duration::from_secs(45);

/// Nothing to begin with.
async fn empty(_: &Ground) {}

async fn queued(ground: &Ground) -> TaskId {
    ground.store.submit(submitted_by(&ground.store)).await.unwrap().id()
}

async fn claimed(ground: &Ground) -> std::sync::Arc<Task> {
    queued(ground).await;
    ground.store.claim(&lanes(), 1).await.unwrap().pop().unwrap()
}

async fn completed(ground: &Ground) -> TaskId {
    let task = claimed(ground).await;
    ground.store.settle(task.id(), task.token, done()).await.unwrap();
    task.id()
}

/// Two running tasks of a process that is dead.
async fn orphaned(ground: &Ground) {
    queued(ground).await;
    queued(ground).await;
    ground.dead_process(async |dead| drop(dead.claim(&lanes(), 2).await.unwrap())).await;
}

/// Two tasks that wait, of a process that is dead.
async fn forsaken(ground: &Ground) {
    ground
        .dead_process(async |dead| {
            dead.submit(submitted_by(dead)).await.unwrap();
            dead.submit(submitted_by(dead)).await.unwrap();
        })
        .await;
    ground.clock.advance(HOUR);
}

/// A store with one task, at this path.
async fn filled(path: &Path) -> SqliteStore {
    let store = open_sqlite(path.to_owned(), &still_clock()).await;
    store.submit(submitted_by(&store)).await.unwrap();
    store
}

#[tokio::test]
async fn open_a_file_that_is_not_there_yet() {
    opening_withstands(async |_| ()).await;
}

#[tokio::test]
async fn open_a_file_that_a_process_closed() {
    opening_withstands(async |path| filled(path).await.close().await).await;
}

#[tokio::test]
async fn open_a_file_whose_process_died() {
    opening_withstands(async |path| {
        let elsewhere = folder();
        let store = filled(&elsewhere.path().join("tasks.db")).await;
        copy_files(elsewhere.path(), path.parent().expect("a folder"));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn close() {
    closing_withstands(queued).await;
}

#[tokio::test]
async fn submit() {
    withstands(empty, async |store, ()| Ok(store.submit(submitted_by(store)).await?.status().to_string()))
        .await;
}

#[tokio::test]
async fn claim() {
    withstands(
        async |ground| (queued(ground).await, queued(ground).await),
        async |store, _| match store.claim(&lanes(), 2).await {
            Ok(claimed) => Ok(format!("{:?}", claimed.iter().map(|task| task.token).collect::<Vec<_>>())),
            Err(error) => {
                // Nobody would ever run them: this process lives.
                assert_eq!(store.stats().await.unwrap().running, 0, "claimed, and nobody was told: {error}");
                Err(error)
            }
        },
    )
    .await;
}

#[tokio::test]
async fn report() {
    withstands(claimed, async |store, task| {
        Ok(format!("{:?}", store.report(task.id(), task.token, progress(1)).await?))
    })
    .await;
}

#[tokio::test]
async fn keep_session() {
    withstands(claimed, async |store, task| {
        let kept = store.keep_session(task.id(), task.token, Some(crate::support::session())).await;
        if kept.is_err() {
            // A conversation that nobody would find must not be made: it is not said to be kept.
            assert_eq!(store.get(task.id()).await.unwrap().unwrap().session, None);
        }
        Ok(format!("{:?}", kept?))
    })
    .await;
}

#[tokio::test]
async fn renew() {
    withstands(claimed, async |store, task| Ok(format!("{:?}", store.renew(task.id(), task.token).await?)))
        .await;
}

async fn settles(settlement: impl Fn(&SqliteStore) -> Settlement) {
    withstands(claimed, async |store, task| {
        Ok(store.settle(task.id(), task.token, settlement(store)).await?.status().to_string())
    })
    .await;
}

#[tokio::test]
async fn settle_completed() {
    settles(|_| done()).await;
}

#[tokio::test]
async fn settle_failed() {
    settles(|_| Settlement::Fail(transient().with_result(serde_json::json!({"tests": 1})))).await;
}

#[tokio::test]
async fn settle_to_retry() {
    settles(|_| Settlement::Retry { failure: transient(), due: chrono::DateTime::UNIX_EPOCH }).await;
}

#[tokio::test]
async fn settle_given_back() {
    settles(|_| Settlement::GiveBack).await;
}

#[tokio::test]
async fn settle_cancelled() {
    settles(|_| Settlement::Cancel).await;
}

#[tokio::test]
async fn cancel_a_task_that_waits() {
    withstands(queued, async |store, id| {
        Ok(store.cancel(*id).await?.expect("the task is there").status().to_string())
    })
    .await;
}

#[tokio::test]
async fn cancel_a_task_that_runs() {
    withstands(claimed, async |store, task| {
        let asked = store.cancel(task.id()).await?.expect("the task is there");
        Ok(asked.cancel_requested.to_string())
    })
    .await;
}

#[tokio::test]
async fn promote() {
    withstands(
        async |ground| {
            let task = claimed(ground).await;
            let retry = Settlement::Retry { failure: transient(), due: ground.clock.now() };
            ground.store.settle(task.id(), task.token, retry).await.unwrap();
        },
        async |store, ()| Ok(format!("{:?}", store.promote().await?)),
    )
    .await;
}

#[tokio::test]
async fn rescue() {
    withstands(orphaned, async |store, ()| Ok(store.rescue().await?.len().to_string())).await;
}

#[tokio::test]
async fn adopt_young_tasks() {
    withstands(forsaken, async |store, ()| Ok(format!("{:?}", store.adopt(2 * HOUR).await?))).await;
}

#[tokio::test]
async fn leave_old_tasks_behind() {
    withstands(forsaken, async |store, ()| Ok(format!("{:?}", store.adopt(HOUR / 2).await?))).await;
}

#[tokio::test]
async fn prune_what_has_ended() {
    withstands(
        async |ground| {
            completed(ground).await;
            completed(ground).await;
            ground.clock.advance(25 * HOUR);
        },
        async |store, ()| Ok(store.prune(HOUR / 2).await?.to_string()),
    )
    .await;
}

#[tokio::test]
async fn prune_what_nobody_ran() {
    withstands(forsaken, async |store, ()| Ok(store.prune(HOUR / 2).await?.to_string())).await;
}

#[tokio::test]
async fn join() {
    withstands(queued, async |store, _| Ok(format!("{:?}", store.join(&lanes(), LEASE).await?))).await;
}

#[tokio::test]
async fn leave() {
    withstands(
        async |ground| ground.store.join(&lanes(), LEASE).await.unwrap(),
        async |store, ()| Ok(format!("{:?}", store.leave().await?)),
    )
    .await;
}

#[tokio::test]
async fn submissions_in_one_transaction() {
    withstands(empty, async |store, ()| {
        let submit = || store.submit(submitted_by(store));
        let (one, two, three) = tokio::try_join!(submit(), submit(), submit())?;
        Ok(format!("{} {} {}", one.seq, two.seq, three.seq))
    })
    .await;
}

#[tokio::test]
async fn get() {
    withstands(completed, async |store, id| {
        Ok(format!("{:?}", store.get(*id).await?.expect("the task is there").state))
    })
    .await;
}

#[tokio::test]
async fn result() {
    withstands(completed, async |store, id| Ok(format!("{:?}", store.result(*id).await?))).await;
}

#[tokio::test]
async fn list() {
    withstands(completed, async |store, _| {
        let filter = ListFilter { limit: 10, ..ListFilter::default() };
        Ok(store.list(filter).await?.tasks.len().to_string())
    })
    .await;
}

#[tokio::test]
async fn stats() {
    withstands(completed, async |store, _| Ok(format!("{:?}", store.stats().await?))).await;
}

#[tokio::test]
async fn cancel_requests() {
    withstands(
        async |ground| {
            let task = claimed(ground).await;
            ground.store.cancel(task.id()).await.unwrap();
        },
        async |store, ()| Ok(store.cancel_requests().await?.len().to_string()),
    )
    .await;
}

#[tokio::test]
async fn has_live_worker() {
    withstands(orphaned, async |store, ()| Ok(store.has_live_worker(&noop_lane()).await?.to_string())).await;
}

#[tokio::test]
async fn changed_elsewhere() {
    withstands(orphaned, async |store, ()| Ok(store.changed_elsewhere().await?.to_string())).await;
}

#[tokio::test]
async fn heartbeat() {
    withstands(
        async |ground| {
            ground.store.join(&lanes(), LEASE).await.unwrap();
            claimed(ground).await
        },
        async |store, _| Ok(store.heartbeat(LEASE).await?.len().to_string()),
    )
    .await;
}

#[tokio::test]
async fn log() {
    withstands(claimed, async |store, task| {
        let lines = vec![(LogLevel::Info, "one".into()), (LogLevel::Error, "two".into())];
        store.log(task.id(), task.token, lines).await?;
        Ok(store.events(task.id(), 2, 10).await?.map_or(0, |events| events.len()).to_string())
    })
    .await;
}

#[tokio::test]
async fn submit_under_a_key_after_another_task() {
    withstands(queued, async |store, first| {
        let terms =
            Terms { idempotency_key: Some("key".into()), depends_on: vec![*first], ..Terms::default() };
        let task = NewTask { terms: Some(Box::new(terms)), ..submitted_by(store) };
        Ok(format!("{:?}", store.submit(task).await?.state))
    })
    .await;
}

#[tokio::test]
async fn complete_what_others_wait_for() {
    withstands(
        async |ground| {
            let first = claimed(ground).await;
            let mut awaited = first.id();
            for _ in 0..3 {
                let terms = Terms { depends_on: vec![awaited], ..Terms::default() };
                let task = NewTask { terms: Some(Box::new(terms)), ..submitted_by(&ground.store) };
                awaited = ground.store.submit(task).await.unwrap().id();
            }
            first
        },
        async |store, task| {
            store.settle(task.id(), task.token, Settlement::Cancel).await?;
            let stats = store.stats().await?;
            Ok(format!("{} {}", stats.cancelled, stats.failed))
        },
    )
    .await;
}
