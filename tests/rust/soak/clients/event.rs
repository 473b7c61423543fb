//! What does a process write down? One JSON line an event.

use _core::task::{TaskId, TaskStatus};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::soak::moment::Time;

/// Something that a process saw.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event {
    /// A submission was answered.
    Submitted { id: TaskId, answered: Time },
    /// An attempt began; its handler says so first of all.
    Began { id: TaskId, token: u64, at: Time },
    /// The handler of an attempt returned.
    Returned { id: TaskId, token: u64, at: Time },
    /// A read, a wait or a cancel was answered.
    Saw { id: TaskId, status: TaskStatus, token: u64, asked: Time, answered: Time },
    /// A wait answered a result.
    Got { id: TaskId, result: Value },
    /// The process was killed, not before this time.
    Killed { at: Time },
}
