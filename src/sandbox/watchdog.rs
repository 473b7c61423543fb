//! Does a run take more than it may? Limits of the kernel hold for each process; we look at all of them together.
//!
//! A fork bomb doubles within milliseconds, and slows down whoever wants to stop it. So: a look that costs one
//! small read at every tick, the whole of `/proc` only when the machine has clearly more threads than before, and
//! once a second all the same.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Exit;
use super::disk::Disk;
use super::tree::Tree;

/// A run with more processes than this is ended.
pub const MAX_PROCESSES: usize = 256;

const INTERVAL: Duration = Duration::from_secs(1);

/// What all processes of a run may use together.
#[derive(Debug, Clone)]
pub(super) struct Allowance {
    /// Memory that is really taken.
    pub(super) memory_bytes: u64,
    /// What lies in these folders.
    pub(super) disk_bytes: u64,
    pub(super) folders: Vec<PathBuf>,
}

impl Allowance {
    /// Of a program of ours, which is trusted.
    pub(super) fn unlimited() -> Self {
        Self { memory_bytes: u64::MAX, disk_bytes: u64::MAX, folders: Vec::new() }
    }
}

/// Looks at the processes of a run when there is reason to.
#[derive(Debug)]
pub(super) struct Watchdog {
    next: Instant,
    /// Threads of the whole machine when we last counted.
    threads: usize,
    memory_bytes: u64,
    disk: Disk,
}

impl Watchdog {
    pub(super) fn new(allowance: Allowance) -> Self {
        Self {
            next: Instant::now() + INTERVAL,
            threads: threads_of_machine(),
            memory_bytes: allowance.memory_bytes,
            disk: Disk::new(allowance.folders, allowance.disk_bytes),
        }
    }

    /// How the run ends if it takes too much now.
    pub(super) fn objection(&mut self, tree: &mut Tree) -> Option<Exit> {
        let threads = threads_of_machine();
        if Instant::now() < self.next && threads < self.threads + MAX_PROCESSES / 2 {
            return None;
        }
        let living = tree.living();
        let objection = if living.len() > MAX_PROCESSES {
            Some(Exit::TooManyProcesses)
        } else if super::memory::is_above(&living, self.memory_bytes) {
            Some(Exit::TooMuchMemory)
        } else if self.disk.is_full(&living) {
            Some(Exit::TooMuchDisk)
        } else {
            None
        };
        self.next = Instant::now() + INTERVAL;
        self.threads = threads;
        objection
    }
}

/// The second number of `1/234` in `/proc/loadavg`; 0 where there is none.
pub(super) fn threads_of_machine() -> usize {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let counts = text.split(' ').nth(3).and_then(|counts| counts.split_once('/'));
    counts.and_then(|(_, total)| total.parse().ok()).unwrap_or(0)
}
