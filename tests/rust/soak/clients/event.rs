//! What does a process write down? One JSON line an event, with times of the one clock that all processes of a
//! machine share.

use _core::task::{TaskId, TaskStatus};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Nanoseconds since the machine started.
pub(super) type Time = u64;

/// The time now, the same in every process.
pub(super) fn now() -> Time {
    let time = clock_gettime(ClockId::Monotonic);
    u64::try_from(time.tv_sec).unwrap() * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap()
}

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
