//! What does a file hold? Every task with its result as text that two runs can be compared by.

use std::fs;
use std::path::Path;

use _core::store::{SqliteStore, Store};
use _core::task::ListFilter;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row};
use uuid::Uuid;

use crate::store::subject::{open_sqlite, still_clock};

/// What the next process finds in a folder: all records of a file that is sound.
pub(super) async fn records(folder: &Path) -> String {
    let path = folder.join("tasks.db");
    let store = open_sqlite(path.clone(), &still_clock()).await;
    let records = records_of(&store).await;
    store.close().await;
    assert_is_sound(&path).await;
    records
}

/// All records of a store, oldest first, with ids replaced by the order of their appearance.
pub(super) async fn records_of(store: &SqliteStore) -> String {
    let page = store.list(ListFilter { limit: 1000, ..ListFilter::default() }).await.unwrap();
    let mut tasks = page.tasks;
    tasks.sort_by_key(|task| task.seq);
    let mut lines = Vec::new();
    for task in &tasks {
        lines.push(format!("{task:?} {:?}", store.result(task.id()).await.unwrap()));
    }
    let stats = store.stats().await.unwrap();
    assert_eq!(stats.total_tasks, tasks.len() as u64, "the statistics agree with the records");
    lines.push(format!("{stats:?}"));
    without_ids(&lines.join("\n"))
}

async fn assert_is_sound(path: &Path) {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let verdict = sqlx::query("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
    assert_eq!(verdict.get::<&str, _>(0), "ok");
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.unwrap();
    assert!(orphans.is_empty(), "rows without their task");
    connection.close().await.unwrap();
}

/// Ids differ from run to run: the first is called #0, the next #1.
fn without_ids(text: &str) -> String {
    let mut anonymous = text.to_owned();
    let mut from = 0;
    for number in 0.. {
        let Some(id) = first_id(&anonymous[from..]) else { break };
        from = anonymous.find(&id).unwrap();
        anonymous = anonymous.replace(&id, &format!("#{number}"));
    }
    anonymous
}

fn first_id(text: &str) -> Option<String> {
    let words = text.split(|letter: char| letter != '-' && !letter.is_ascii_alphanumeric());
    words.filter(|word| word.len() == 36).find(|word| Uuid::try_parse(word).is_ok()).map(str::to_owned)
}

/// Copies a database with its log: what the disk would hold if this process died now.
pub(crate) fn copy_files(from: &Path, to: &Path) {
    for name in ["tasks.db", "tasks.db-wal"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}
