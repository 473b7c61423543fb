//! What does the store say in the end? Every task with the walk that its events tell.

use std::sync::Arc;
use std::time::Duration;

use _core::engine::Engine;
use _core::task::{ErrorKind, Happening, ListFilter, Task, TaskEvent, TaskId, TaskStatus};
use futures_util::{StreamExt, stream};
use serde_json::Value;

/// How many tasks are read at once.
const AT_ONCE: usize = 8;

/// One task in the end.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: TaskId,
    pub(super) note: String,
    pub(super) status: TaskStatus,
    pub(super) token: u64,
    /// Why it failed.
    pub(super) failure: Option<(ErrorKind, String)>,
    pub(super) result: Option<Value>,
    pub(super) walk: Vec<Step>,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) number: u32,
    pub(super) status: TaskStatus,
    /// The token of the attempt that wrote this line; `None` for a move.
    pub(super) line: Option<u64>,
}

/// Reads everything.
pub(super) async fn read(engine: &Engine) -> Vec<Record> {
    let mut filter = ListFilter { limit: 1000, ..ListFilter::default() };
    let mut records = Vec::new();
    loop {
        let page = engine.list(filter.clone()).await.unwrap();
        let reads = page.tasks.into_iter().map(|task| record(engine, task));
        records.extend(stream::iter(reads).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await);
        filter.cursor = page.next_cursor;
        if filter.cursor.is_none() {
            return records;
        }
    }
}

async fn record(engine: &Engine, task: Arc<Task>) -> Record {
    let finished = engine.finished_now(task.id()).await.unwrap();
    let mut walk: Vec<Step> = Vec::new();
    loop {
        let after = walk.last().map_or(0, |step| step.number);
        let events = engine.events(task.id(), after, Duration::ZERO).await.unwrap();
        if events.is_empty() {
            break;
        }
        walk.extend(events.iter().map(step));
    }
    Record {
        id: task.id(),
        note: task.new.metadata.to_string(),
        status: task.status(),
        token: task.token,
        failure: task.failure.as_ref().map(|failure| (failure.kind, failure.message.clone())),
        result: finished.and_then(|finished| finished.result).map(|result| (*result).clone()),
        walk,
    }
}

fn step(event: &TaskEvent) -> Step {
    let line = match &event.happening {
        Happening::Log(_, line) => Some(line.parse().expect("a line is the token of its attempt")),
        _ => None,
    };
    Step { number: event.number, status: event.status, line }
}
