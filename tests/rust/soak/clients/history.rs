//! What did all processes see of one task, and what does the store say in the end?

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use _core::engine::Engine;
use _core::task::{ListFilter, Task, TaskId, TaskStatus};
use serde_json::Value;

use super::event::Event;
use crate::soak::moment::Time;

/// Everything that was written down, by task.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) tasks: BTreeMap<TaskId, Seen>,
    kills: HashMap<u32, Time>,
    events: usize,
}

/// Everything that was seen of one task.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// When its submission was answered.
    pub(super) submitted: Option<Time>,
    /// Its attempts.
    pub(super) attempts: Vec<Attempt>,
    /// What reads, waits and cancels answered.
    pub(super) looks: Vec<Look>,
    /// What waits answered.
    pub(super) results: Vec<Value>,
}

/// One run of a handler.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) process: u32,
    pub(super) token: u64,
    pub(super) began: Time,
    pub(super) returned: Option<Time>,
}

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) status: TaskStatus,
    pub(super) token: u64,
    pub(super) asked: Time,
    pub(super) answered: Time,
}

impl History {
    /// Takes down a line of a process.
    pub(super) fn hear(&mut self, process: u32, line: &str) {
        match serde_json::from_str(line) {
            Ok(event) => self.hear_event(process, event),
            Err(_) => assert!(!line.contains("panicked"), "a client: {line}"),
        }
    }

    pub(super) fn hear_event(&mut self, process: u32, event: Event) {
        self.events += 1;
        match event {
            Event::Submitted { id, answered } => self.seen(id).submitted = Some(answered),
            Event::Began { id, token, at: began } => {
                self.seen(id).attempts.push(Attempt { process, token, began, returned: None });
            }
            Event::Returned { id, token, at } => self.returned(id, process, token, at),
            Event::Saw { id, status, token, asked, answered } => {
                self.seen(id).looks.push(Look { status, token, asked, answered });
            }
            Event::Got { id, result } => self.seen(id).results.push(result),
            Event::Killed { at } => {
                self.kills.insert(process, at);
            }
        }
    }

    fn seen(&mut self, id: TaskId) -> &mut Seen {
        self.tasks.entry(id).or_default()
    }

    fn returned(&mut self, id: TaskId, process: u32, token: u64, at: Time) {
        let attempts = self.seen(id).attempts.iter_mut().rev();
        let mut same = attempts.filter(|attempt| (attempt.process, attempt.token) == (process, token));
        same.next().expect("an attempt begins before it returns").returned = Some(at);
    }

    /// When nothing of an attempt went on any more, at the earliest.
    pub(super) fn end_of(&self, attempt: &Attempt) -> Time {
        attempt.returned.unwrap_or_else(|| self.kills[&attempt.process])
    }

    /// What happened, in figures.
    pub(super) fn summary(&self) -> String {
        let attempts: usize = self.tasks.values().map(|task| task.attempts.len()).sum();
        let (kills, events, tasks) = (self.kills.len(), self.events, self.tasks.len());
        format!("{events} events of {tasks} tasks in {attempts} attempts, {kills} processes killed")
    }
}

/// What the store says in the end.
#[derive(Debug)]
pub(super) struct Records(HashMap<TaskId, (Arc<Task>, Option<Value>)>);

impl Records {
    /// Reads all of it, and stops the engine.
    pub(super) async fn read(engine: &Engine) -> Self {
        let mut filter = ListFilter { limit: 1000, ..ListFilter::default() };
        let mut records = HashMap::new();
        loop {
            let page = engine.list(filter.clone()).await.unwrap();
            for task in page.tasks {
                let finished = engine.finished_now(task.id()).await.unwrap().expect("everything has ended");
                records.insert(task.id(), (task, finished.result.map(|result| (*result).clone())));
            }
            filter.cursor = page.next_cursor;
            if filter.cursor.is_none() {
                engine.stop(std::time::Duration::ZERO).await;
                return Self(records);
            }
        }
    }

    /// One task's final record and result.
    pub(super) fn of(&self, id: TaskId) -> Option<&(Arc<Task>, Option<Value>)> {
        self.0.get(&id)
    }
}
