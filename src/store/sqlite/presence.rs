//! Which processes live? Each holds the lock of a file of its own until the kernel takes it away.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use uuid::Uuid;

use super::place::Place;
use crate::task::ProcessId;

/// The lock of this process, held until it is dropped or the process dies.
#[derive(Debug)]
pub(super) struct Presence {
    process: ProcessId,
    folder: PathBuf,
    /// The locked file. Guarded so that a forked child can let go of it; held for the take alone.
    lock: Mutex<Option<File>>,
}

impl Presence {
    /// Takes the lock of a process that starts, and clears away the files of dead ones. Called under the lock
    /// of opening, so that nobody mistakes a file that is not locked yet for a dead process's. Answers whether
    /// processes live beside it, and whether some died without leaving.
    pub(super) fn begin(place: &Place, process: ProcessId) -> io::Result<(Self, Neighbours)> {
        let folder = place.processes().to_owned();
        let neighbours = remove_stale(&folder)?;
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(lock_path(&folder, process))?;
        file.lock()?;
        Ok((Self { process, folder, lock: Mutex::new(Some(file)) }, neighbours))
    }

    /// One that leaves no trace: whoever only looks on is nobody's to wait for.
    pub(super) fn observe(place: &Place, process: ProcessId) -> Self {
        Self { process, folder: place.processes().to_owned(), lock: Mutex::new(None) }
    }

    /// Whose it is.
    pub(super) fn process(&self) -> ProcessId {
        self.process
    }

    /// Says that this process is gone.
    pub(super) fn end(&self) {
        let Some(file) = self.lock.lock().take() else { return };
        remove_lock(&self.folder, self.process);
        drop(file);
    }

    /// In a forked child: closes the inherited descriptor. The parent keeps its lock, which belongs to the
    /// open file that both share and which only unlocking would release; and it loses it when *it* dies.
    pub(super) fn close_inherited(&self) {
        if let Some(mut lock) = self.lock.try_lock() {
            drop(lock.take());
        }
    }

    /// Which of these processes are dead. Blocks for as long as it takes to open a few files.
    pub(super) fn dead_among(&self, processes: Vec<ProcessId>) -> Vec<ProcessId> {
        processes
            .into_iter()
            .filter(|process| *process != self.process && !is_locked(&lock_path(&self.folder, *process)))
            .collect()
    }

    /// Clears away the file of a dead process.
    pub(super) fn forget(&self, process: ProcessId) {
        remove_lock(&self.folder, process);
    }
}

/// Whether some process holds this file's lock. A file that cannot be asked counts as held: what lives must
/// never be taken for dead.
fn is_locked(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => matches!(file.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_))),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

fn lock_path(folder: &Path, process: ProcessId) -> PathBuf {
    folder.join(format!("{process}.lock"))
}

/// A file that is gone means the same as one that is free, so that it does not matter who removes it first.
fn remove_lock(folder: &Path, process: ProcessId) {
    if let Err(error) = fs::remove_file(lock_path(folder, process))
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%process, %error, "the lock file of a process stays behind");
    }
}

/// The other processes of a store, as a starting one finds them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Neighbours {
    /// Some live.
    pub(super) live: bool,
    /// Some died without leaving.
    pub(super) died: bool,
}

fn remove_stale(folder: &Path) -> io::Result<Neighbours> {
    let mut neighbours = Neighbours::default();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_process = path.file_stem().and_then(|stem| Uuid::try_parse(stem.to_str()?).ok()).is_some();
        match (is_process, is_process && is_locked(&path)) {
            (false, _) => {}
            (true, true) => neighbours.live = true,
            (true, false) => {
                neighbours.died = true;
                fs::remove_file(&path).ok();
            }
        }
    }
    Ok(neighbours)
}
