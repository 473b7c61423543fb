//! Where are the Python files that run in the project's interpreter?

use std::path::{Path, PathBuf};

/// The folder `probe/` of the Python package: plain files, run by path, which import nothing of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeDir(PathBuf);

impl ProbeDir {
    /// The folder, absolute.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Sets limits, then becomes the command.
    #[must_use]
    pub fn launch(&self) -> PathBuf {
        self.0.join("launch.py")
    }

    /// Looks whether a sandbox holds.
    #[must_use]
    pub fn fence(&self) -> PathBuf {
        self.0.join("fence.py")
    }

    /// Explores a module and writes tests of what it saw.
    #[must_use]
    pub fn explore(&self) -> PathBuf {
        self.0.join("explore.py")
    }

    /// Describes an interpreter.
    #[must_use]
    pub fn environment(&self) -> PathBuf {
        self.0.join("environment.py")
    }

    /// Reads test files without running them.
    #[must_use]
    pub fn inspect_tests(&self) -> PathBuf {
        self.0.join("inspect_tests.py")
    }

    /// Reads which requirements test files are for, without running them.
    #[must_use]
    pub fn read_cases(&self) -> PathBuf {
        self.0.join("read_cases.py")
    }

    /// Takes functions out of a test file.
    #[must_use]
    pub fn remove_tests(&self) -> PathBuf {
        self.0.join("remove_tests.py")
    }

    /// Rewrites a module so that its functions may refuse to run.
    #[must_use]
    pub fn refuse_functions(&self) -> PathBuf {
        self.0.join("refuse_functions.py")
    }

    /// Lists and writes faults of a module.
    #[must_use]
    pub fn mutate_module(&self) -> PathBuf {
        self.0.join("mutate_module.py")
    }

    /// Goes on `PYTHONPATH`, so that pytest finds our recorder.
    #[must_use]
    pub fn plugin(&self) -> PathBuf {
        self.0.join("plugin")
    }
}
