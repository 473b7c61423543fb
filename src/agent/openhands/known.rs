//! Which events were heard already? They come again with each connection, and some twice within one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::Mutex;
use uuid::Uuid;

/// Events whose repetition is known; no conversation has so many.
const MOST: usize = 100_000;

/// The events of one conversation that were heard. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Arc<Mutex<HashSet<String>>>);

impl Known {
    /// Notes an event; whether it was not heard before.
    pub(super) fn is_news(&self, id: &str) -> bool {
        let mut ids = self.0.lock();
        // Beyond the most everything counts as new: that is only noise.
        ids.len() >= MOST || ids.insert(id.to_owned())
    }
}

/// The same for every conversation under way here.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<Uuid, Known>>);

impl Memory {
    pub(super) fn of(&self, conversation: Uuid) -> Known {
        self.0.lock().entry(conversation).or_default().clone()
    }

    pub(super) fn forget(&self, conversation: Uuid) {
        self.0.lock().remove(&conversation);
    }
}
