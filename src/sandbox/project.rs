//! Which project, and where may we write beside it? Opened once; all reading goes by its descriptor.

use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::SandboxError;

/// A project on disk. Its root is held by descriptor: no symbolic link can lead a read out of it.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    dir: Dir,
    workspace_root: PathBuf,
}

impl Project {
    /// Opens the project at `root`; `workspace_root` is made when the first attempt needs it.
    pub fn open(root: &Path, workspace_root: &Path) -> Result<Self, SandboxError> {
        let wrap = |source| SandboxError::Root { root: root.to_owned(), source };
        let canonical = std::fs::canonicalize(root).map_err(wrap)?;
        let dir = Dir::open_ambient_dir(&canonical, ambient_authority()).map_err(wrap)?;
        Ok(Self { root: canonical, dir, workspace_root: workspace_root.to_owned() })
    }

    /// The root, canonical.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The root, held open.
    #[must_use]
    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    /// The folder of attempts, made if need be; canonical.
    pub(super) fn attempts(&self) -> Result<PathBuf, SandboxError> {
        let attempts = workspace_folder(&self.workspace_root, ".attempts")?;
        std::fs::canonicalize(&attempts).map_err(|source| SandboxError::file(&attempts, source))
    }

    /// The workspace root as far as it exists: canonical, to be left out of copies.
    pub(super) fn canonical_workspace_root(&self) -> PathBuf {
        std::fs::canonicalize(&self.workspace_root).unwrap_or_else(|_| self.workspace_root.clone())
    }
}

/// A folder of the workspace root, made if need be, with a `.gitignore` of `*` beside it.
pub fn workspace_folder(workspace_root: &Path, name: &str) -> Result<PathBuf, SandboxError> {
    let folder = workspace_root.join(name);
    std::fs::create_dir_all(&folder).map_err(|source| SandboxError::file(&folder, source))?;
    let ignore = workspace_root.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(&ignore, "*\n").map_err(|source| SandboxError::file(&ignore, source))?;
    }
    Ok(folder)
}
