//! Progress, lines and heartbeats ride along with the commits of others, and wait for one a quarter of a second.

use std::pin::pin;
use std::time::{Duration, Instant};

use _core::store::{SqliteStore, Store};
use _core::task::LogLevel;
use futures_util::FutureExt;

use super::subject::{folder, lanes};
use crate::support::{noop, progress};

/// Less than the wait, which begins when the writer hears of it.
const MOST_OF_THE_WAIT: Duration = Duration::from_millis(240);

#[tokio::test]
async fn progress_that_nobody_else_commits_waits_a_quarter_of_a_second() {
    let folder = folder();
    let store = SqliteStore::open(&folder.path().join("tasks.db")).await.unwrap();
    store.submit(noop()).await.unwrap();
    let task = store.claim(&lanes(), 1).await.unwrap().pop().unwrap();

    let begin = Instant::now();
    let reports = (1..=5).map(|iteration| store.report(task.id(), task.token, progress(iteration)));
    let lines = store.log(task.id(), task.token, vec![(LogLevel::Info, "a line".into())]);
    let heartbeat = store.heartbeat(Duration::from_secs(45));
    let (reports, lines, heartbeat) = tokio::join!(futures_util::future::join_all(reports), lines, heartbeat);

    assert!(begin.elapsed() >= MOST_OF_THE_WAIT, "{:?}", begin.elapsed());
    assert!(reports.iter().all(Result::is_ok) && lines.is_ok());
    assert_eq!(heartbeat.unwrap(), [(task.id(), task.token)]);
    assert_eq!(store.get(task.id()).await.unwrap().unwrap().events, 8, "each of them is an event");
    store.close().await;
}

#[tokio::test]
async fn a_commit_of_others_takes_along_what_waits() {
    let folder = folder();
    let store = SqliteStore::open(&folder.path().join("tasks.db")).await.unwrap();
    store.submit(noop()).await.unwrap();
    let task = store.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    let mut report = pin!(store.report(task.id(), task.token, progress(1)));
    assert!(report.as_mut().now_or_never().is_none(), "it waits");

    store.submit(noop()).await.unwrap();

    assert!(report.as_mut().now_or_never().expect("it is on disk with what came after it").is_ok());
    store.close().await;
}

#[tokio::test]
async fn what_waits_is_written_when_the_store_is_closed() {
    let folder = folder();
    let path = folder.path().join("tasks.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.submit(noop()).await.unwrap();
    let task = store.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    let mut report = pin!(store.report(task.id(), task.token, progress(7)));
    assert!(report.as_mut().now_or_never().is_none());

    store.close().await;

    assert!(report.now_or_never().expect("it is answered").is_ok());
    let store = SqliteStore::open(&path).await.unwrap();
    let kept = store.get(task.id()).await.unwrap().unwrap();
    assert_eq!(kept.progress.as_deref(), Some(&progress(7)));
}
