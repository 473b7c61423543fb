//! How much of the disk does a run take?
//!
//! Adding up folders is slow, so it is done only when the disk has clearly less room than before.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use super::tree::Process;

/// Blocks are counted so, whatever their size.
const BLOCK_BYTES: u64 = 512;

/// Watches the folders of a run.
#[derive(Debug)]
pub(super) struct Disk {
    folders: Vec<PathBuf>,
    limit_bytes: u64,
    /// Less room than this is a reason to look.
    look_below: u64,
}

impl Disk {
    pub(super) fn new(folders: Vec<PathBuf>, limit_bytes: u64) -> Self {
        let mut disk = Self { folders, limit_bytes, look_below: 0 };
        disk.look_below = disk.room().saturating_sub(limit_bytes / 2);
        disk
    }

    /// Whether the run holds more than it may, in its folders or in files that it has removed and keeps open.
    pub(super) fn is_full(&mut self, processes: &[Process]) -> bool {
        let room = self.room();
        if room >= self.look_below {
            return false;
        }
        self.look_below = room.saturating_sub(self.limit_bytes / 4);
        let open: u64 = processes.iter().map(removed_and_open).sum();
        open + self.used() > self.limit_bytes
    }

    /// What is free on the disk of the first folder.
    fn room(&self) -> u64 {
        let state = self.folders.first().and_then(|folder| rustix::fs::statvfs(folder).ok());
        state.map_or(0, |state| state.f_bavail * state.f_frsize)
    }

    fn used(&self) -> u64 {
        let mut folders = self.folders.clone();
        let mut bytes = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                bytes += metadata.blocks() * BLOCK_BYTES;
                if metadata.is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        bytes
    }
}

/// What a process keeps open that has no name any more, as far as we may look.
fn removed_and_open(process: &Process) -> u64 {
    let files = std::fs::read_dir(format!("/proc/{}/fd", process.pid)).into_iter().flatten().flatten();
    let metadata = files.filter_map(|file| std::fs::metadata(file.path()).ok());
    metadata.filter(|file| file.is_file() && file.nlink() == 0).map(|file| file.blocks() * BLOCK_BYTES).sum()
}
