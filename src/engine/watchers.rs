//! Who watches which task, or all tasks of which owner? Each gets a hint when something happened, and then reads the events itself: a slow
//! reader holds up nobody, and what it has not read yet takes no room here.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::sync::Mutex;

/// The watchers of one process, by what they watch.
#[derive(Debug)]
pub(super) struct Watchers<What: Eq + Hash> {
    /// Held for a look-up only.
    hints: Mutex<HashMap<What, Watched>>,
}

impl<What: Eq + Hash> Default for Watchers<What> {
    fn default() -> Self {
        Self { hints: Mutex::default() }
    }
}

#[derive(Debug, Default)]
struct Watched {
    watchers: usize,
    hint: Arc<Notify>,
}

/// One registered watcher; dropping it ends the registration.
pub(super) struct Watcher<'a, What: Eq + Hash> {
    watchers: &'a Watchers<What>,
    what: What,
    /// Awaited for the next hint.
    pub(super) hint: Arc<Notify>,
}

impl<What: Eq + Hash + Clone> Watchers<What> {
    /// Registers a watcher.
    pub(super) fn register(&self, what: What) -> Watcher<'_, What> {
        let mut hints = self.hints.lock();
        let watched = hints.entry(what.clone()).or_default();
        watched.watchers += 1;
        Watcher { watchers: self, what, hint: Arc::clone(&watched.hint) }
    }

    /// Something happened to what is watched.
    pub(super) fn hint(&self, what: &What) {
        if let Some(watched) = self.hints.lock().get(what) {
            watched.hint.notify_waiters();
        }
    }

    /// Something may have happened to any of it.
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

impl<What: Eq + Hash> Drop for Watcher<'_, What> {
    fn drop(&mut self) {
        let mut hints = self.watchers.hints.lock();
        if let Some(watched) = hints.get_mut(&self.what) {
            watched.watchers -= 1;
            if watched.watchers == 0 {
                hints.remove(&self.what);
            }
        }
    }
}
