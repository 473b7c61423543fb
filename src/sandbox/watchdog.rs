//! Does a run have too many processes? Limits of the kernel do not hold for root, so we look ourselves.
//!
//! A fork bomb doubles within milliseconds, and slows down whoever wants to stop it. So: a look that costs one
//! small read at every tick, the whole of `/proc` only when the machine has clearly more threads than before, and
//! once a second all the same.

use std::time::{Duration, Instant};

use super::tree::Tree;

/// A run with more processes than this is ended.
pub const MAX_PROCESSES: usize = 256;

const INTERVAL: Duration = Duration::from_secs(1);

/// Counts the processes of a run when there is reason to.
#[derive(Debug)]
pub(super) struct Watchdog {
    next: Instant,
    /// Threads of the whole machine when we last counted.
    threads: usize,
}

impl Watchdog {
    pub(super) fn new() -> Self {
        Self { next: Instant::now() + INTERVAL, threads: threads_of_machine() }
    }

    /// Whether there are too many now.
    pub(super) fn is_crowded(&mut self, tree: &mut Tree) -> bool {
        let threads = threads_of_machine();
        if Instant::now() < self.next && threads < self.threads + MAX_PROCESSES / 2 {
            return false;
        }
        let crowded = tree.living().len() > MAX_PROCESSES;
        *self = Self { next: Instant::now() + INTERVAL, threads };
        crowded
    }
}

/// The second number of `1/234` in `/proc/loadavg`; 0 where there is none.
pub(super) fn threads_of_machine() -> usize {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let counts = text.split(' ').nth(3).and_then(|counts| counts.split_once('/'));
    counts.and_then(|(_, total)| total.parse().ok()).unwrap_or(0)
}
