//! Which files make up a store? The database, and a folder beside it with a lock for each process.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt as _, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// Where a store lies.
#[derive(Debug, Clone)]
pub(super) struct Place {
    database: PathBuf,
    processes: PathBuf,
    is_only_read: bool,
}

/// Which file it is, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileIdentity {
    device: u64,
    inode: u64,
}

impl Place {
    /// The place of a database file, which need not be there.
    pub(super) fn of(database: &Path) -> Result<Self, StoreError> {
        let Some(name) = database.file_name() else {
            return Err(unusable(database, "the path names no file"));
        };
        let mut folder = std::ffi::OsString::from(".");
        folder.push(name);
        folder.push("-processes");
        Ok(Self {
            database: database.to_owned(),
            processes: database.with_file_name(folder),
            is_only_read: false,
        })
    }

    /// The same, where nothing is written.
    pub(super) fn only_read(self) -> Self {
        Self { is_only_read: true, ..self }
    }

    /// Whether nothing is written here.
    pub(super) fn is_only_read(&self) -> bool {
        self.is_only_read
    }

    /// The address of the store.
    pub(super) fn address(&self) -> String {
        format!("sqlite:{}", self.database.display())
    }

    /// The database file.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    /// The folder of the processes' locks.
    pub(super) fn processes(&self) -> &Path {
        &self.processes
    }

    /// Makes the folders, and waits for the lock under which a store is opened. Blocks.
    pub(super) fn lock_for_opening(&self) -> Result<File, StoreError> {
        if self.database.is_dir() {
            return Err(self.unusable("is a directory: name a file, or move the directory away"));
        }
        self.make_folders().map_err(|error| self.unwritable("its folder cannot be made", &error))?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.processes.join("open.lock"))
            .map_err(|error| self.unwritable("its lock file cannot be made", &error))?;
        lock.lock().map_err(|error| self.unwritable("its lock file cannot be locked", &error))?;
        Ok(lock)
    }

    /// Makes an empty database file that only its owner may read, unless there is one; `SQLite` gives the
    /// files beside it the same mode. A file that is there is not even opened: closing it again would drop the
    /// locks that another store of this process holds on it.
    pub(super) fn create_database(&self) -> Result<(), StoreError> {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.database) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(self.unwritable("it cannot be made", &error)),
        }
    }

    /// Which file is there now.
    pub(super) fn identity(&self) -> Option<FileIdentity> {
        let metadata = fs::metadata(&self.database).ok()?;
        Some(FileIdentity { device: metadata.dev(), inode: metadata.ino() })
    }

    /// Whether the log of writes beside the database has anything in it: whoever left last did not close it.
    pub(super) fn has_leftover_log(&self) -> bool {
        let mut log = self.database.clone().into_os_string();
        log.push("-wal");
        fs::metadata(log).is_ok_and(|log| log.len() > 0)
    }

    /// An error that names this store.
    pub(super) fn unusable(&self, reason: &str) -> StoreError {
        unusable(&self.database, reason)
    }

    fn unwritable(&self, what: &str, error: &io::Error) -> StoreError {
        self.unusable(&format!(
            "{what}: {error}; choose a place that you may write to with OPENHANDS_STORE=sqlite:PATH"
        ))
    }

    fn make_folders(&self) -> io::Result<()> {
        if let Some(parent) = self.database.parent() {
            fs::create_dir_all(parent)?;
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.processes)
    }
}

fn unusable(database: &Path, reason: &str) -> StoreError {
    StoreError::Unusable { location: database.display().to_string(), reason: reason.to_owned() }
}
