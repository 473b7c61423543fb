//! What has arrived for an event loop? Items in order, and one signal a batch.

use std::collections::VecDeque;

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
    arrived: Mutex<VecDeque<T>>,
    /// Whether the reader was woken for what has arrived.
    signalled: AtomicBool,
    signal: S,
}

impl<T, S: Signal> Posts<T, S> {
    pub(super) fn new(signal: S) -> Self {
        Self { arrived: Mutex::new(VecDeque::new()), signalled: AtomicBool::new(false), signal }
    }

    /// What wakes the reader.
    pub(super) fn signal(&self) -> &S {
        &self.signal
    }

    /// Leaves a post, and wakes the reader if nobody has.
    pub(super) fn post(&self, item: T) {
        self.arrived.lock().push_back(item);
        self.raise();
    }

    fn raise(&self) {
        if !self.signalled.swap(true, Ordering::AcqRel) {
            self.signal.raise();
        }
    }

    /// Takes the oldest `most` of what has arrived; for the rest the signal is raised again. In this order: a post that
    /// comes before the flag is down is seen here, and one that comes after it raises a signal that is not cleared here.
    pub(super) fn take(&self, most: usize) -> Vec<T> {
        self.signal.clear();
        self.signalled.store(false, Ordering::Release);
        let mut arrived = self.arrived.lock();
        let number = arrived.len().min(most);
        let taken = arrived.drain(..number).collect();
        let is_left = !arrived.is_empty();
        drop(arrived);
        if is_left {
            self.raise();
        }
        taken
    }
}
