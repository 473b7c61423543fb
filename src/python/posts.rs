//! What has arrived for an event loop? Posts, and one signal a batch.

use crate::sync::{AtomicBool, Mutex, Ordering};

/// Wakes the reader of posts.
pub(super) trait Signal {
    /// Wakes the reader, now or when it next waits.
    fn raise(&self);

    /// Takes back what was raised.
    fn clear(&self);
}

/// Posts of many threads for one reader, who never waits while there is one.
pub(super) struct Posts<T, S> {
    /// Held for a push or a swap only.
    arrived: Mutex<Vec<T>>,
    /// Whether the reader was woken for what has arrived.
    signalled: AtomicBool,
    signal: S,
}

impl<T, S: Signal> Posts<T, S> {
    pub(super) fn new(signal: S) -> Self {
        Self { arrived: Mutex::new(Vec::new()), signalled: AtomicBool::new(false), signal }
    }

    /// What wakes the reader.
    pub(super) fn signal(&self) -> &S {
        &self.signal
    }

    /// Leaves a post, and wakes the reader if nobody has.
    pub(super) fn post(&self, item: T) {
        self.arrived.lock().push(item);
        if !self.signalled.swap(true, Ordering::AcqRel) {
            self.signal.raise();
        }
    }

    /// Takes everything that has arrived. In this order: a post that comes before the flag is down is taken here,
    /// and one that comes after it raises a signal that is not cleared here.
    pub(super) fn take(&self) -> Vec<T> {
        self.signal.clear();
        self.signalled.store(false, Ordering::Release);
        std::mem::take(&mut *self.arrived.lock())
    }
}
