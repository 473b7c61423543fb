//! Where does a run leave what it leaves? In a folder of its own, which begins empty.

use std::io;
use std::path::{Path, PathBuf};

use super::pytest::Variation;
use crate::sandbox::{Level, Workspace, remove_tree};

/// Where one run has everything that is not the project, all of it empty at its begin: what an earlier run left
/// behind must help no other.
#[derive(Debug, Clone)]
pub(super) struct Traces(PathBuf);

impl Traces {
    pub(super) fn of(workspace: &Workspace, variation: Variation) -> Self {
        Self(workspace.scratch().join(variation.name()))
    }

    /// Makes the folders anew, with the secret of the record in its place.
    pub(super) fn begin(&self, secret: &str) -> io::Result<()> {
        remove_tree(&self.0)?;
        for folder in [self.measuring(), self.elsewhere()] {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(self.secret(), secret)
    }

    /// Holds home and the folder for temporary files.
    pub(super) fn scratch(&self) -> &Path {
        &self.0
    }

    /// Holds the record and the coverage data; no test has any business there.
    fn measuring(&self) -> PathBuf {
        self.0.join("measuring")
    }

    pub(super) fn record(&self) -> PathBuf {
        self.measuring().join("record")
    }

    pub(super) fn secret(&self) -> PathBuf {
        self.measuring().join("secret")
    }

    pub(super) fn coverage(&self) -> PathBuf {
        self.measuring().join("coverage")
    }

    /// A working directory that is not the project.
    pub(super) fn elsewhere(&self) -> PathBuf {
        self.0.join("elsewhere")
    }

    /// What a user would call a temporary file of the run.
    pub(super) fn shown(&self, path: &str) -> String {
        match Path::new(path).strip_prefix(self.0.join("tmp")) {
            Ok(inner) => Path::new("/tmp").join(inner).to_string_lossy().into_owned(),
            Err(_) => path.to_owned(),
        }
    }

    /// Where a temporary file of the run is to be found from outside.
    pub(super) fn outside(&self, path: &str, level: Level) -> PathBuf {
        match Path::new(path).strip_prefix("/tmp") {
            Ok(inner) if level == Level::Bubblewrap => self.0.join("tmp").join(inner),
            _ => PathBuf::from(path),
        }
    }
}
