//! Real processes that are really killed: what they were told stays true, and what they ran goes on elsewhere.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use _core::store::{SqliteStore, Store};
use _core::task::TaskId;

use super::subject::{folder, lanes};
use crate::support::noop;

const STORE: &str = "OPENHANDS_TEST_STORE";

/// Starts one of the tests below as a process of its own, which speaks on its standard error.
fn start(test: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([&format!("store::death::{test}"), "--exact", "--ignored", "--nocapture"])
        .env(STORE, path)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until a process has said so many lines, and kills it.
fn hear_and_kill(mut child: Child, count: usize, before: impl FnOnce()) -> Vec<String> {
    let voice = BufReader::new(child.stderr.take().unwrap());
    let heard = voice.lines().take(count).map(Result::unwrap).collect();
    before();
    child.kill().unwrap();
    child.wait().unwrap();
    heard
}

async fn store_of_this_child() -> Option<SqliteStore> {
    Some(SqliteStore::open(Path::new(&std::env::var_os(STORE)?)).await.unwrap())
}

#[tokio::test]
#[ignore = "is started by the tests below"]
async fn claims_and_hangs() {
    let Some(store) = store_of_this_child().await else { return };
    let claimed = store.claim(&lanes(), 1).await.unwrap();
    eprintln!("{}", claimed[0].id());
    std::future::pending::<()>().await;
}

#[tokio::test]
#[ignore = "is started by the tests below"]
async fn submits_for_ever() {
    let Some(store) = store_of_this_child().await else { return };
    loop {
        eprintln!("{}", store.submit(noop()).await.unwrap().id());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_of_a_killed_process_is_rescued_at_once_and_not_before() {
    let folder = folder();
    let path = folder.path().join("tasks.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let id = store.submit(noop()).await.unwrap().id();
    let alive = || {
        let rescued =
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(store.rescue()));
        assert!(rescued.unwrap().is_empty(), "a living process was robbed");
    };
    assert_eq!(hear_and_kill(start("claims_and_hangs", &path), 1, alive), [id.to_string()]);
    assert_eq!(store.rescue().await.unwrap(), [id]);
}

#[tokio::test]
async fn whatever_a_killed_process_was_told_is_kept() {
    let folder = folder();
    let path = folder.path().join("tasks.db");
    let told = hear_and_kill(start("submits_for_ever", &path), 40, || ());
    let store = SqliteStore::open(&path).await.unwrap();
    for id in told {
        let id: TaskId = id.parse().unwrap();
        assert!(store.get(id).await.unwrap().is_some(), "{id} is gone");
    }
}
