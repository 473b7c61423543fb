//! What was acknowledged, and does the store agree? Every line that a holder said, compared with the records that
//! it left.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use _core::store::{SqliteStore, Store};
use _core::task::{ListFilter, Task, TaskId, TaskStatus};
use serde_json::Value;

/// Everything that is known of one store.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    submitted: HashSet<TaskId>,
    /// Status and result as they were acknowledged.
    ended: HashMap<TaskId, (TaskStatus, Value)>,
    /// The last token under which a task was started.
    started: HashMap<TaskId, u64>,
    /// Final records as they were first seen.
    finals: HashMap<TaskId, FinalRecord>,
    /// Acknowledged ends whose results were not compared yet.
    unread: Vec<TaskId>,
    to_run_again: HashSet<TaskId>,
}

/// What of a final record must never change.
#[derive(Debug, PartialEq)]
struct FinalRecord(TaskStatus, u64, u32, Option<String>, String);

impl FinalRecord {
    fn of(task: &Task) -> Self {
        let failure = task.failure.as_ref().map(|failure| failure.message.clone());
        let times = format!("{:?} {:?}", task.started_at, task.completed_at);
        Self(task.status(), task.token, task.attempt, failure, times)
    }
}

impl Ledger {
    /// Takes down a line; answers the task if it says that one was started.
    pub(super) fn hear(&mut self, line: &str) -> Option<TaskId> {
        let mut words = line.splitn(4, ' ');
        let verb = words.next()?;
        let id: TaskId = words.next()?.parse().ok()?;
        match verb {
            "submitted" => {
                self.submitted.insert(id);
                None
            }
            "started" => {
                let token = words.next()?.parse().unwrap();
                let earlier = self.started.insert(id, token);
                assert!(earlier < Some(token), "{id} was started with token {token} after {earlier:?}");
                Some(id)
            }
            "ended" => {
                let status = words.next()?.parse().unwrap();
                self.end(id, status, serde_json::from_str(words.next()?).unwrap());
                None
            }
            _ => None,
        }
    }

    fn end(&mut self, id: TaskId, status: TaskStatus, result: Value) {
        let end = (status, result);
        if let Some(earlier) = self.ended.get(&id) {
            assert_eq!(*earlier, end, "{id} ended twice");
            return;
        }
        self.ended.insert(id, end);
        self.unread.push(id);
    }

    /// The tasks that a killed process ran, and that its successor has to run.
    pub(super) fn to_run_again(&self) -> &HashSet<TaskId> {
        &self.to_run_again
    }

    /// Compares everything with the store, which no process has open.
    pub(super) async fn check(&mut self, path: &Path) {
        let store = SqliteStore::open(path).await.unwrap();
        let tasks = all_tasks(&store).await;
        for id in &self.submitted {
            assert!(tasks.contains_key(id), "{id} was acknowledged, and is gone");
        }
        for task in tasks.values() {
            self.check_task(task);
        }
        for id in std::mem::take(&mut self.unread) {
            self.check_result(&store, id).await;
        }
        self.to_run_again = self.running(&tasks);
        store.close().await;
    }

    /// Reads every acknowledged result once more.
    pub(super) async fn check_all_results(&self, path: &Path) {
        let store = SqliteStore::open(path).await.unwrap();
        for id in self.ended.keys() {
            self.check_result(&store, *id).await;
        }
        store.close().await;
    }

    fn check_task(&mut self, task: &Task) {
        let id = task.id();
        if let Some((status, _)) = self.ended.get(&id) {
            assert_eq!(task.status(), *status, "{id} ended otherwise");
        }
        let started = self.started.get(&id).copied().unwrap_or_default();
        assert!(started <= task.token, "{id} was started with token {started}, and has {}", task.token);
        let record = FinalRecord::of(task);
        match self.finals.get(&id) {
            Some(earlier) => assert_eq!(*earlier, record, "the final record of {id} changed"),
            None if task.status().is_final() => {
                self.finals.insert(id, record);
            }
            None => {}
        }
    }

    async fn check_result(&self, store: &SqliteStore, id: TaskId) {
        let found = store.result(id).await.unwrap().map_or(Value::Null, |result| (*result).clone());
        assert_eq!(found, self.ended[&id].1, "the result of {id} changed");
    }

    /// Those that run now, and those that ran before and were rescued by a process that had no time to run them.
    fn running(&self, tasks: &HashMap<TaskId, Arc<Task>>) -> HashSet<TaskId> {
        let goes_on = |task: &&Arc<Task>| match task.status() {
            // The third death of its process ends a task, and so does a death after it was to be cancelled.
            TaskStatus::Running => task.crashes < 2 && !task.cancel_requested,
            TaskStatus::Queued => self.to_run_again.contains(&task.id()),
            _ => false,
        };
        tasks.values().filter(goes_on).map(|task| task.id()).collect()
    }
}

/// All that has not ended, for a report.
pub(super) async fn unfinished(path: &Path) -> String {
    let store = SqliteStore::open(path).await.unwrap();
    let mut tasks: Vec<_> = all_tasks(&store).await.into_values().collect();
    tasks.retain(|task| !task.status().is_final());
    format!("{tasks:#?}")
}

async fn all_tasks(store: &SqliteStore) -> HashMap<TaskId, Arc<Task>> {
    let mut filter = ListFilter { limit: 1000, ..ListFilter::default() };
    let mut tasks = HashMap::new();
    loop {
        let page = store.list(filter.clone()).await.unwrap();
        tasks.extend(page.tasks.into_iter().map(|task| (task.id(), task)));
        match page.next_cursor {
            None => return tasks,
            cursor => filter.cursor = cursor,
        }
    }
}
