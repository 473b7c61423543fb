//! The file of a `SQLite` store: what survives, what is refused, and who may read it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use _core::store::{AnyStore, SqliteStore, Store, StoreError, StoreLocation};
use _core::task::{Settlement, TaskStatus};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::subject::{folder, lanes};
use crate::support::{generate_tests, noop};

/// Opens a file that cannot be a store, and answers what the error says.
async fn refusal(path: &Path) -> String {
    let error = SqliteStore::open(path).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    let message = error.to_string();
    assert!(message.contains(path.to_str().unwrap()), "{message} does not name the file");
    message
}

async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap()
}

async fn run_sql(path: &Path, sql: &'static str) {
    let mut connection = connect(path).await;
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn everything_is_there_when_the_file_is_opened_again() {
    let folder = folder();
    let location = StoreLocation::Sqlite(folder.path().join("tasks.db"));
    let store = AnyStore::open(&location).await.unwrap();
    assert!(store.is_durable());
    let done = store.submit(generate_tests("a.py")).await.unwrap();
    let task = store.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    store.settle(task.id(), task.token, Settlement::Complete(Arc::new(json!([1])))).await.unwrap();
    let queued = store.submit(noop()).await.unwrap();
    let before = format!("{:?}", store.get(done.id()).await.unwrap());
    store.close().await;

    let store = AnyStore::open(&location).await.unwrap();
    assert_eq!(format!("{:?}", store.get(done.id()).await.unwrap()), before);
    assert_eq!(*store.result(done.id()).await.unwrap().unwrap(), json!([1]));
    assert_eq!(store.get(queued.id()).await.unwrap().unwrap().status(), TaskStatus::Queued);
    assert_eq!(store.stats().await.unwrap().total_tasks, 2);
}

#[tokio::test]
async fn the_memory_address_opens_a_store_that_does_not_last() {
    let store = AnyStore::open(&StoreLocation::Memory).await.unwrap();
    assert!(!store.is_durable());
    assert!(!store.changed_elsewhere().await.unwrap());
}

#[tokio::test]
async fn only_its_owner_may_read_the_file_and_all_that_belongs_to_it() {
    let folder = folder();
    let store = SqliteStore::open(&folder.path().join("tasks.db")).await.unwrap();
    store.submit(noop()).await.unwrap();
    for (name, mode) in [
        ("tasks.db", 0o600),
        ("tasks.db-wal", 0o600),
        ("tasks.db-shm", 0o600),
        (".tasks.db-processes", 0o700),
    ] {
        let found = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_the_way_out() {
    let folder = folder();
    let path = folder.path().join("tasks.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    run_sql(
        &path,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, X'00', 0)",
    )
    .await;
    let message = refusal(&path).await;
    assert!(message.contains("upgrade the package"), "{message}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("notes.txt");
    let text = "not a database, but dear to someone. ".repeat(100);
    fs::write(&path, &text).unwrap();
    let message = refusal(&path).await;
    assert!(message.contains("is not a database"), "{message}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_damaged_file_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("tasks.db");
    SqliteStore::open(&path).await.unwrap().close().await;
    let mut bytes = fs::read(&path).unwrap();
    bytes[100..8192].fill(0x5a);
    fs::write(&path, &bytes).unwrap();
    let message = refusal(&path).await;
    assert!(message.contains("is damaged"), "{message}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn damage_deep_in_a_file_is_named_at_the_start_after_a_process_died() {
    let folder = folder();
    let path = folder.path().join("tasks.db");
    let store = SqliteStore::open(&path).await.unwrap();
    for _ in 0..200 {
        store.submit(noop()).await.unwrap();
    }
    store.close().await;
    let mut bytes = fs::read(&path).unwrap();
    // Two whole pages: half of one may hold nothing.
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 2 * 4096].fill(0x5a);
    fs::write(&path, &bytes).unwrap();
    // The lock file of a process that has let go of it by dying.
    let dead = format!(".tasks.db-processes/{}.lock", uuid::Uuid::new_v4());
    fs::write(folder.path().join(dead), "").unwrap();
    let message = refusal(&path).await;
    assert!(message.contains("is damaged") && message.contains(".recover"), "{message}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("theirs.db");
    run_sql(&path, "CREATE TABLE theirs (id INTEGER)").await;
    let before = fs::read(&path).unwrap();
    let message = refusal(&path).await;
    assert!(message.contains("another program's database"), "{message}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_directory_is_refused() {
    let folder = folder();
    let message = refusal(folder.path()).await;
    assert!(message.contains("is a directory"), "{message}");
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_refused_with_the_way_out() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let message = refusal(&file.join("tasks.db")).await;
    assert!(message.contains("OPENHANDS_STORE=sqlite:PATH"), "{message}");

    // Nobody, not even root, makes files here.
    let message = refusal(Path::new("/proc/self/tasks.db")).await;
    assert!(message.contains("OPENHANDS_STORE=sqlite:PATH"), "{message}");
}

#[tokio::test]
async fn a_failed_opening_leaves_no_lock_behind() {
    let folder = folder();
    let path = folder.path().join("theirs.db");
    run_sql(&path, "CREATE TABLE theirs (id INTEGER)").await;
    refusal(&path).await;
    let left: Vec<_> = fs::read_dir(folder.path().join(".theirs.db-processes")).unwrap().collect();
    assert_eq!(left.len(), 1, "only the lock of opening: {left:?}");
}

#[tokio::test]
async fn a_write_that_the_database_refuses_harms_no_other_of_its_group() {
    let folder = folder();
    let path = folder.path().join("tasks.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut impossible = noop();
    impossible.attempt_seconds = f64::NAN; // NaN becomes NULL, which the table refuses.
    let (good, bad, fine) =
        tokio::join!(store.submit(noop()), store.submit(impossible), store.submit(noop()));
    assert!(matches!(bad, Err(StoreError::Unusable { .. })), "{bad:?}");
    assert!(good.is_ok() && fine.is_ok());
    assert_eq!(store.stats().await.unwrap().queued, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_file_can_be_opened_and_used_by_sixteen_at_the_same_moment() {
    let folder = folder();
    let path: Arc<Path> = folder.path().join("deep/er/tasks.db").into();
    let openings: Vec<_> = (0..16)
        .map(|_| {
            let path = Arc::clone(&path);
            tokio::spawn(async move {
                let store = SqliteStore::open(&path).await.unwrap();
                for _ in 0..5 {
                    store.submit(noop()).await.unwrap();
                }
                let claimed = store.claim(&lanes(), 3).await.unwrap().len();
                (store, claimed)
            })
        })
        .collect();
    let mut claimed = 0;
    for opening in openings {
        let (store, count) = opening.await.unwrap();
        claimed += count;
        store.close().await;
    }
    let store = SqliteStore::open(&path).await.unwrap();
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.total_tasks, stats.running), (80, claimed as u64));
}
