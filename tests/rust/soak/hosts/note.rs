//! What is a task to do? Its note says so: a number that decides how long its child lives, and how it ends.

use std::time::Duration;

use _core::task::{ErrorKind, Failure, NewTask, Task, TaskId, Terms};

use crate::support::noop;

/// One piece of work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note(u64);

impl Note {
    pub(super) fn any() -> Self {
        Self(fastrand::u64(..))
    }

    pub(super) fn of(task: &Task) -> Self {
        Self(u64::from_str_radix(&task.new.metadata, 16).unwrap())
    }

    pub(super) fn text(self) -> String {
        format!("{:016x}", self.0)
    }

    /// Whether it is submitted under a key, and so once more where nobody has answered.
    pub(super) fn has_key(self) -> bool {
        self.0.is_multiple_of(2)
    }

    /// A submission of it.
    pub(super) fn task(self) -> NewTask {
        let key = self.has_key().then(|| self.text().into());
        let terms = key.map(|key| Box::new(Terms { idempotency_key: Some(key), ..Terms::default() }));
        NewTask { id: TaskId::fresh(), metadata: self.text().into(), terms, ..noop() }
    }

    /// How long its child lives: most for a moment, one in twenty-five for seconds.
    pub(super) fn life(self) -> Duration {
        let roll = self.0 >> 8;
        match roll % 25 {
            0 => Duration::from_millis(2_000 + roll % 4_000),
            _ => Duration::from_millis(2 + roll % 150),
        }
    }

    /// Whether its child runs in the sandbox.
    pub(super) fn is_sandboxed(self) -> bool {
        (self.0 >> 16).is_multiple_of(5)
    }

    /// How it fails: one in twenty at its first try, one in fifty for good.
    pub(super) fn failure(self, retries: u32) -> Option<Failure> {
        match (self.0 >> 32) % 100 {
            0..5 if retries == 0 => Some(Failure::new(ErrorKind::Transient, "a bad moment")),
            98.. => Some(Failure::new(ErrorKind::InvalidModule, "never")),
            _ => None,
        }
    }
}
