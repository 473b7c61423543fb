//! How is an operation tried with each of its calls failing? In a fresh store for each, compared with a clean run:
//! what was answered is true, now and after a crash; what was refused was not half done; the store goes on.

use std::path::Path;
use std::time::Duration;

use _core::store::{Clock, SqliteStore, Store, StoreError};
use _core::task::TaskStatus;
use tempfile::TempDir;

use super::records::{copy_files, records, records_of};
use super::{Fault, FaultyFolder};
use crate::store::subject::{folder, lanes, open_sqlite, still_clock};
use crate::support::{done, submitted_by};

/// A safety net: `SQLite` waits five seconds for a lock, and the writer ten.
const NEVER: Duration = Duration::from_secs(30);

/// A store of its own for one try.
pub(crate) struct Ground {
    pub(crate) store: SqliteStore,
    pub(crate) clock: Clock,
    pub(crate) faults: FaultyFolder,
    folder: TempDir,
    disk: TempDir,
}

impl Ground {
    /// Opens a store that an earlier process made.
    async fn new(template: &Path) -> Self {
        let (folder, disk, clock) = (folder(), folder(), still_clock());
        copy_files(template, folder.path());
        copy_files(template, disk.path());
        let faults = FaultyFolder::new(folder.path(), disk.path());
        let store = open_sqlite(folder.path().join("tasks.db"), &clock).await;
        Self { store, clock, faults, folder, disk }
    }

    /// Another process that does something here, and dies.
    pub(crate) async fn dead_process(&self, does: impl AsyncFnOnce(&SqliteStore)) {
        let before = self.faults.open_files();
        let other = open_sqlite(self.folder.path().join("tasks.db"), &self.clock).await;
        does(&other).await;
        drop(other);
        while self.faults.open_files() > before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// What a process would find after this one died right now.
    async fn after_a_crash(&self) -> String {
        let copy = folder();
        copy_files(self.folder.path(), copy.path());
        records(copy.path()).await
    }

    /// What a process would find after the machine lost its power right now.
    async fn after_a_power_failure(&self) -> String {
        let copy = folder();
        copy_files(self.disk.path(), copy.path());
        records(copy.path()).await
    }

    /// Ends this process in good order; answers what the next one finds.
    async fn after_closing(self) -> String {
        self.store.close().await;
        records(self.folder.path()).await
    }
}

/// What a clean run of an operation does.
struct Clean {
    before: String,
    after: String,
    answer: String,
}

/// Tries one operation with each of its calls failing. `operate` answers what a caller would rely on.
pub(crate) async fn withstands<C>(
    prepare: impl AsyncFn(&Ground) -> C,
    operate: impl AsyncFn(&SqliteStore, &C) -> Result<String, StoreError>,
) {
    let template = folder();
    open_sqlite(template.path().join("tasks.db"), &still_clock()).await.close().await;
    for fault in Fault::ALL {
        let ground = Ground::new(template.path()).await;
        let prepared = prepare(&ground).await;
        let before = ground.after_a_crash().await;
        ground.faults.arm(fault, 0);
        let answer = operate(&ground.store, &prepared).await.unwrap();
        let (calls, _) = ground.faults.disarm();
        let clean = Clean { before, after: ground.after_a_crash().await, answer };
        assert_eq!(clean.after, ground.after_a_power_failure().await);
        assert_eq!(clean.after, ground.after_closing().await);

        let mut failed = 0;
        for nth in 1..=calls {
            let ground = Ground::new(template.path()).await;
            let prepared = prepare(&ground).await;
            ground.faults.arm(fault, nth);
            let outcome = tokio::time::timeout(NEVER, operate(&ground.store, &prepared)).await;
            let (_, call) = ground.faults.disarm();
            let what = format!("{fault:?} {nth} of {calls}: {call:?} failed, answered {outcome:?}");
            failed += usize::from(call.is_some());
            check(ground, &clean, outcome.expect(&what), &what).await;
        }
        // Reads take whichever connection of the pool is free; one that has to be opened makes more calls.
        assert!(failed * 2 >= calls, "only {failed} of {calls} calls failed");
    }
}

/// Tries to open a file that was left at a path, with each call failing: the store opens with all that was there,
/// or an error says why not and it opens the next time.
pub(crate) async fn opening_withstands(leave: impl AsyncFn(&Path)) {
    for fault in Fault::ALL {
        let calls = open_failing(&leave, fault, 0).await;
        for nth in 1..=calls {
            open_failing(&leave, fault, nth).await;
        }
    }
}

/// Answers how many calls could have failed.
async fn open_failing(leave: &impl AsyncFn(&Path), fault: Fault, nth: usize) -> usize {
    let folder = folder();
    let path = folder.path().join("tasks.db");
    leave(&path).await;
    let copy = self::folder();
    copy_files(folder.path(), copy.path());
    let before = records(copy.path()).await;
    let faults = FaultyFolder::new(folder.path(), copy.path());
    faults.arm(fault, nth);
    let opened = tokio::time::timeout(NEVER, SqliteStore::open_with_clock(&path, still_clock())).await;
    let (calls, call) = faults.disarm();
    let what = format!("{fault:?} {nth}: {call:?} failed");
    match opened.expect(&what) {
        Ok(store) => store.close().await,
        Err(error) => assert!(nth > 0, "{error}"),
    }
    let locks = folder.path().join(".tasks.db-processes").read_dir().unwrap().count();
    assert_eq!(locks, 1, "{what}: only the lock of opening stays");
    assert_eq!(records(folder.path()).await, before, "{what}");
    let store = open_sqlite(path, &still_clock()).await;
    goes_on(&store).await;
    store.close().await;
    calls
}

/// Tries to close a store with each call failing: it ends, and what it held is there afterwards.
pub(crate) async fn closing_withstands<C>(prepare: impl AsyncFn(&Ground) -> C) {
    let template = folder();
    open_sqlite(template.path().join("tasks.db"), &still_clock()).await.close().await;
    for fault in Fault::ALL {
        let (mut nth, mut calls) = (0, 1);
        while nth <= calls {
            let ground = Ground::new(template.path()).await;
            prepare(&ground).await;
            let before = ground.after_a_crash().await;
            ground.faults.arm(fault, nth);
            tokio::time::timeout(NEVER, ground.store.close()).await.expect("closing ends");
            let (seen, call) = ground.faults.disarm();
            calls = if nth == 0 { seen } else { calls };
            let after = records(ground.folder.path()).await;
            assert_eq!(after, before, "{fault:?} {nth} of {calls}: {call:?} failed");
            nth += 1;
        }
    }
}

/// Whether the answer was true and nothing is half done, and whether the store goes on.
async fn check(ground: Ground, clean: &Clean, outcome: Result<String, StoreError>, what: &str) {
    for found in [ground.after_a_crash().await, ground.after_a_power_failure().await] {
        match &outcome {
            Ok(answer) => {
                assert_eq!(*answer, clean.answer, "{what}");
                assert_eq!(found, clean.after, "{what}");
            }
            Err(_) => assert!(found == clean.before || found == clean.after, "{what}\n{found}"),
        }
    }
    goes_on(&ground.store).await;
    let lasting = records_of(&ground.store).await;
    assert_eq!(ground.after_closing().await, lasting, "{what}");
}

/// A task goes through the store from beginning to end.
async fn goes_on(store: &SqliteStore) {
    let id = store.submit(submitted_by(store)).await.unwrap().id();
    for task in store.claim(&lanes(), 100).await.unwrap() {
        store.settle(task.id(), task.token, done()).await.unwrap();
    }
    assert_eq!(store.get(id).await.unwrap().unwrap().status(), TaskStatus::Completed);
}
