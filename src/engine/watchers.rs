//! Who watches which task? Each gets a hint when something happened, and then reads the events itself: a slow
//! reader holds up nobody, and what it has not read yet takes no room here.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::sync::Mutex;
use crate::task::TaskId;

/// The watchers of one process.
#[derive(Debug, Default)]
pub(super) struct Watchers {
    /// Held for a look-up only.
    hints: Mutex<HashMap<TaskId, Watched>>,
}

#[derive(Debug, Default)]
struct Watched {
    watchers: usize,
    hint: Arc<Notify>,
}

/// One registered watcher; dropping it ends the registration.
pub(super) struct Watcher<'a> {
    watchers: &'a Watchers,
    id: TaskId,
    /// Awaited for the next hint.
    pub(super) hint: Arc<Notify>,
}

impl Watchers {
    /// Registers a watcher of a task.
    pub(super) fn register(&self, id: TaskId) -> Watcher<'_> {
        let mut hints = self.hints.lock();
        let watched = hints.entry(id).or_default();
        watched.watchers += 1;
        Watcher { watchers: self, id, hint: Arc::clone(&watched.hint) }
    }

    /// Something happened to a task.
    pub(super) fn hint(&self, id: TaskId) {
        if let Some(watched) = self.hints.lock().get(&id) {
            watched.hint.notify_waiters();
        }
    }

    /// Something may have happened to any task.
    pub(super) fn hint_all(&self) {
        for watched in self.hints.lock().values() {
            watched.hint.notify_waiters();
        }
    }

    /// How many watch.
    pub(super) fn count(&self) -> usize {
        self.hints.lock().values().map(|watched| watched.watchers).sum()
    }

    /// Whether anyone watches.
    pub(super) fn has_any(&self) -> bool {
        !self.hints.lock().is_empty()
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        let mut hints = self.watchers.hints.lock();
        if let Some(watched) = hints.get_mut(&self.id) {
            watched.watchers -= 1;
            if watched.watchers == 0 {
                hints.remove(&self.id);
            }
        }
    }
}
