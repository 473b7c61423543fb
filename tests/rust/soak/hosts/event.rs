//! What does everyone write down? A JSON line an event, appended at once to a file of its own.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use _core::task::{TaskId, TaskStatus};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::soak::moment::Time;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event {
    /// A client is about to submit something of this note, the first time or once more.
    Submitting { note: String },
    /// A submission was answered.
    Acknowledged { note: String, task: TaskId },
    /// The child of an attempt has begun; it says so itself.
    Began { task: TaskId, token: u64, process: u32, at: Time },
    /// The child of an attempt is about to end; it says so itself.
    Ended { task: TaskId, token: u64, at: Time },
    /// The child of an attempt is dead; its process says so, and whether it had lost the task.
    Dead { task: TaskId, token: u64, lost: bool, at: Time },
    /// An attempt has changed something outside the store, under the guard of the store.
    Effect { task: TaskId, token: u64, at: Time },
    /// A wait was answered.
    Woken { task: TaskId, status: TaskStatus, result: Option<Value>, at: Time },
    /// A process was killed, and nothing of it lives any more.
    Gone { process: u32, at: Time },
    /// The last fault is over.
    Peace { at: Time },
}

/// A file to which one process appends.
#[derive(Debug)]
pub(super) struct Journal(File);

impl Journal {
    pub(super) fn open(folder: &Path, name: &str) -> Self {
        let file = OpenOptions::new().append(true).create(true).open(folder.join(name));
        Self(file.unwrap())
    }

    /// All of a line at once: whoever dies meanwhile leaves it out.
    pub(super) fn write(&self, event: &Event) {
        let line = serde_json::to_string(event).unwrap() + "\n";
        (&self.0).write_all(line.as_bytes()).unwrap();
    }
}
