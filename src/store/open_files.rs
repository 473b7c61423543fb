//! Which database files does this process have open? Nothing else in it may open and close them.
//!
//! The locks of `SQLite` are POSIX locks, which belong to a process and a file: closing *any* descriptor of the file
//! drops them all, and other processes then take the database for nobody's.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

/// The files by their real paths, for as long as the process lives. Held for a look or an insertion only.
static DATABASES: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);

/// What `SQLite` adds to the name of a database for the files beside it.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Notes a database that this process opens.
pub(super) fn note(database: &Path) {
    if let Ok(path) = database.canonicalize() {
        DATABASES.lock().get_or_insert_default().insert(path);
    }
}

/// The files that must be left alone, as they stand now.
#[derive(Debug, Default)]
pub struct OpenFiles {
    paths: HashSet<PathBuf>,
    /// Device and number, by which other names of the same file are known.
    nodes: HashSet<(u64, u64)>,
}

impl OpenFiles {
    /// Those of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let databases: Vec<PathBuf> = DATABASES.lock().iter().flatten().cloned().collect();
        let files = databases.iter().flat_map(|path| BESIDE.iter().map(|end| with_end(path, end)));
        let folders = databases.iter().filter_map(|path| processes_of(path));
        let paths: HashSet<PathBuf> = files.chain(folders).collect();
        let nodes =
            paths.iter().filter_map(|path| path.metadata().ok()).map(|it| (it.dev(), it.ino())).collect();
        Self { paths, nodes }
    }

    /// Whether a file or folder, given by its real path, is one of them.
    #[must_use]
    pub fn contains(&self, path: &Path) -> bool {
        if self.paths.is_empty() {
            return false;
        }
        let is_known = |file: std::fs::Metadata| self.nodes.contains(&(file.dev(), file.ino()));
        self.paths.contains(path) || path.symlink_metadata().is_ok_and(is_known)
    }
}

/// The folder of the processes' locks, which nobody needs a copy of.
fn processes_of(database: &Path) -> Option<PathBuf> {
    let name = database.file_name()?.to_str()?;
    Some(database.with_file_name(format!(".{name}-processes")))
}

fn with_end(database: &Path, end: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(end);
    path.into()
}
