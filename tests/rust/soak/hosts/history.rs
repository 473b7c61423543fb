//! What did all processes write down of one task? Everything, in one place, to be judged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use _core::task::{TaskId, TaskStatus};
use serde_json::Value;

use super::event::Event;
use super::worker::{CHILDREN, JOURNAL};
use crate::soak::moment::Time;

/// Everything that was written down.
#[derive(Debug, Default)]
pub(super) struct History {
    /// What may have been submitted, by note.
    pub(super) submitted: BTreeSet<String>,
    pub(super) tasks: BTreeMap<TaskId, Seen>,
    /// Since when nothing of a killed process lives.
    pub(super) gone: BTreeMap<u32, Time>,
    /// When the last fault was over.
    pub(super) peace: Time,
}

/// What was written down of one task.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The note that was acknowledged.
    pub(super) acknowledged: Option<String>,
    /// The children of its attempts.
    pub(super) children: Vec<Child>,
    /// What attempts changed outside the store.
    pub(super) effects: Vec<Effect>,
    /// What waits answered.
    pub(super) ends: Vec<End>,
}

/// The child of one attempt.
#[derive(Debug, Clone)]
pub(super) struct Child {
    pub(super) token: u64,
    pub(super) process: u32,
    pub(super) began: Time,
    /// When it said that it ends.
    pub(super) ended: Option<Time>,
    /// When its process saw that it was dead.
    pub(super) dead: Option<Time>,
    /// Whether it was stopped because its process had lost the task, or may have.
    pub(super) is_lost: bool,
}

/// One change outside the store.
#[derive(Debug, Clone)]
pub(super) struct Effect {
    pub(super) token: u64,
    pub(super) at: Time,
}

/// One answer to a wait.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) status: TaskStatus,
    pub(super) result: Option<Value>,
    pub(super) at: Time,
}

impl History {
    /// Reads all journals of a folder.
    pub(super) fn read(folder: &Path) -> Self {
        let paths = |folder: &Path| {
            let files = std::fs::read_dir(folder).into_iter().flatten();
            files.map(|file| file.unwrap().path()).collect::<Vec<_>>()
        };
        let children = paths(&folder.join(CHILDREN)).into_iter().map(|child| child.join(JOURNAL));
        let files = paths(folder).into_iter().filter(|path| path.is_file());
        Self::of(
            files.chain(children.filter(|journal| journal.exists())).flat_map(|file| events(&file)).collect(),
        )
    }

    /// Puts events together, which may come in any order.
    pub(super) fn of(mut events: Vec<Event>) -> Self {
        // What is said of a child follows its beginning, whoever wrote it down.
        events.sort_by_key(|event| !matches!(event, Event::Began { .. }));
        let mut history = Self::default();
        for event in events {
            history.hear(event);
        }
        for seen in history.tasks.values_mut() {
            seen.children.sort_by_key(|child| child.began);
        }
        history
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Submitting { note } => drop(self.submitted.insert(note)),
            Event::Acknowledged { note, task } => self.seen(task).acknowledged = Some(note),
            Event::Began { task, token, process, at } => {
                let child = Child { token, process, began: at, ended: None, dead: None, is_lost: false };
                self.seen(task).children.push(child);
            }
            Event::Ended { task, token, at } => {
                self.children(task, token).for_each(|child| child.ended = Some(at));
            }
            Event::Dead { task, token, lost, at } => self.children(task, token).for_each(|child| {
                child.dead = Some(at);
                child.is_lost = lost;
            }),
            Event::Effect { task, token, at } => self.seen(task).effects.push(Effect { token, at }),
            Event::Woken { task, status, result, at } => {
                self.seen(task).ends.push(End { status, result, at });
            }
            Event::Gone { process, at } => drop(self.gone.insert(process, at)),
            Event::Peace { at } => self.peace = at,
        }
    }

    fn seen(&mut self, task: TaskId) -> &mut Seen {
        self.tasks.entry(task).or_default()
    }

    fn children(&mut self, task: TaskId, token: u64) -> impl Iterator<Item = &mut Child> {
        self.seen(task).children.iter_mut().filter(move |child| child.token == token)
    }

    /// Since when a child surely lives no more; `None` if nobody knows.
    pub(super) fn end_of(&self, child: &Child) -> Option<Time> {
        child.dead.or_else(|| self.gone.get(&child.process).copied())
    }
}

/// The events of one file.
fn events(file: &Path) -> Vec<Event> {
    let text = std::fs::read_to_string(file).unwrap();
    // A line without its end was cut short by death.
    let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    lines.map(|line| serde_json::from_str(line).expect("a whole line is an event")).collect()
}
