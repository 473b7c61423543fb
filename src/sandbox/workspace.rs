//! Where does one attempt work? In copies of the project that are gone when it is over.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::copy::copy;
use super::remove::remove_tree;
use super::survey::survey;
use super::{Change, ChangeKind, Project, SandboxError, Snapshot};

/// The folder of one attempt, `<workspace_root>/.attempts/<name>`; removed when this is dropped.
#[derive(Debug)]
pub struct Attempt {
    project: Arc<Project>,
    folder: Arc<Folder>,
}

/// A folder that is removed when nobody works in it any more, unless it is kept.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    is_kept: AtomicBool,
}

impl Folder {
    fn new(path: PathBuf) -> Self {
        Self { path, is_kept: AtomicBool::new(false) }
    }
}

impl Attempt {
    /// Makes the folder of an attempt, empty; `name` is `<task>-<attempt>`. What an earlier process left there is
    /// removed first.
    pub async fn begin(project: Arc<Project>, name: &str) -> Result<Self, SandboxError> {
        let name = name.to_owned();
        blocking(move || {
            let folder = Folder::new(project.attempts()?.join(name));
            let wrap = |source| SandboxError::file(&folder.path, source);
            remove_tree(&folder.path).map_err(wrap)?;
            std::fs::create_dir(&folder.path).map_err(wrap)?;
            Ok(Self { project, folder: Arc::new(folder) })
        })
        .await
    }

    /// The folder of this name as an earlier attempt kept it; made where there is none.
    pub async fn resume(project: Arc<Project>, name: &str) -> Result<Self, SandboxError> {
        let name = name.to_owned();
        blocking(move || {
            let folder = Folder::new(project.attempts()?.join(name));
            let made = std::fs::create_dir_all(&folder.path);
            made.map_err(|source| SandboxError::file(&folder.path, source))?;
            Ok(Self { project, folder: Arc::new(folder) })
        })
        .await
    }

    /// Leaves the folder for an attempt to come.
    pub fn keep(&self) {
        self.folder.is_kept.store(true, Ordering::Relaxed);
    }

    /// The copy of this name as an earlier attempt left it; `None` where there is none. Its changes are counted from
    /// the project as it is now.
    pub async fn reopen(&self, name: &str) -> Result<Option<Workspace>, SandboxError> {
        if !self.folder.path.join(name).is_dir() {
            return Ok(None);
        }
        let plain = self.copy(&format!("{name}.plain")).await?;
        let mut workspace = self.workspace(name);
        blocking(move || {
            let wrap = |source| SandboxError::file(&workspace.scratch, source);
            std::fs::create_dir_all(&workspace.scratch).map_err(wrap)?;
            workspace.baseline = Arc::new(Snapshot::of_copy(&workspace.root, &plain.root));
            let _ = plain.discard();
            Ok(Some(workspace))
        })
        .await
    }

    /// Removes what attempts whose names begin with `prefix` have left: their processes died before they could.
    pub async fn clear(project: &Arc<Project>, prefix: &str) -> Result<(), SandboxError> {
        let project = Arc::clone(project);
        let prefix = prefix.to_owned();
        blocking(move || {
            let attempts = project.attempts()?;
            let wrap = |source| SandboxError::file(&attempts, source);
            for entry in std::fs::read_dir(&attempts).map_err(wrap)? {
                let entry = entry.map_err(wrap)?;
                if entry.file_name().to_string_lossy().starts_with(&prefix) {
                    remove_tree(&entry.path()).map_err(wrap)?;
                }
            }
            Ok(())
        })
        .await
    }

    /// The project that is copied.
    #[must_use]
    pub fn project(&self) -> &Arc<Project> {
        &self.project
    }

    /// A fresh copy of the project in `<attempt>/<name>`, with an empty scratch folder `<attempt>/<name>.scratch`.
    /// An earlier copy of that name is removed; nothing is left of one that fails half-way.
    pub async fn copy(&self, name: &str) -> Result<Workspace, SandboxError> {
        let empty = self.workspace(name);
        blocking(move || empty.fill()).await
    }

    pub(super) fn workspace(&self, name: &str) -> Workspace {
        Workspace {
            project: Arc::clone(&self.project),
            root: self.folder.path.join(name),
            scratch: self.folder.path.join(format!("{name}.scratch")),
            folder: Arc::clone(&self.folder),
            baseline: Arc::default(),
        }
    }

    /// Removes everything now, without holding up other tasks; what cannot be removed is the error.
    pub async fn remove(self) -> Result<(), SandboxError> {
        let folder = Arc::clone(&self.folder);
        blocking(move || remove_tree(&folder.path).map_err(|source| SandboxError::file(&folder.path, source)))
            .await
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_kept.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = remove_tree(&self.path) {
            tracing::warn!(folder = %self.path.display(), %error, "an attempt's folder is left behind");
        }
    }
}

/// One copy of the project.
#[derive(Debug)]
pub struct Workspace {
    project: Arc<Project>,
    /// Keeps the attempt's folder for as long as this copy is used.
    #[expect(dead_code, reason = "held, not read")]
    folder: Arc<Folder>,
    root: PathBuf,
    scratch: PathBuf,
    /// The copy as it was when [`Self::settle`] was last called.
    baseline: Arc<Snapshot>,
}

impl Workspace {
    fn fill(mut self) -> Result<Self, SandboxError> {
        let entries = survey(&self.project)?;
        let filled = self.make_folders().and_then(|dir| copy(&self.project, &entries, &dir));
        if let Err(error) = filled {
            let _ = self.discard();
            return Err(error);
        }
        self.baseline = Arc::new(Snapshot::take(&self.root));
        Ok(self)
    }

    /// Makes the copy and its scratch folder anew, empty; answers the copy, held open.
    pub(super) fn make_folders(&self) -> Result<Dir, SandboxError> {
        for folder in [&self.root, &self.scratch] {
            let wrap = |source| SandboxError::file(folder, source);
            remove_tree(folder).map_err(wrap)?;
            std::fs::create_dir(folder).map_err(wrap)?;
        }
        self.dir()
    }

    /// Where the copy is, absolute and canonical.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every plain file of the copy, relative to it, with `/`; caches are left out.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        Snapshot::take(&self.root).files(&self.root)
    }

    /// A folder beside the copy for everything that is not part of the project.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// The project that this is a copy of.
    #[must_use]
    pub fn project_root(&self) -> &Path {
        self.project.root()
    }

    /// The copy, held open: no link that a child has made can lead a read or write out of it.
    pub fn dir(&self) -> Result<Dir, SandboxError> {
        Dir::open_ambient_dir(&self.root, ambient_authority())
            .map_err(|source| SandboxError::file(&self.root, source))
    }

    /// Takes the copy as it is now for unchanged.
    pub async fn settle(&mut self) -> Result<(), SandboxError> {
        let root = self.root.clone();
        self.baseline = blocking(move || Ok(Arc::new(Snapshot::take(&root)))).await?;
        Ok(())
    }

    /// What has changed since [`Self::settle`]. A file that was written with the bytes that the project has is
    /// unchanged.
    pub async fn changes(&self) -> Result<Vec<Change>, SandboxError> {
        let (root, baseline) = (self.root.clone(), Arc::clone(&self.baseline));
        let (dir, project) = (self.dir()?, Arc::clone(&self.project));
        blocking(move || {
            let mut changes = baseline.changes(&Snapshot::take(&root));
            changes.retain(|change| !is_as_in_project(&dir, project.dir(), change));
            Ok(changes)
        })
        .await
    }

    /// The project that this is a copy of, held open.
    pub(crate) fn project_dir(&self) -> &Dir {
        self.project.dir()
    }

    fn discard(&self) -> std::io::Result<()> {
        remove_tree(&self.root).and(remove_tree(&self.scratch))
    }
}

/// Whether a file was only written again with what the project has.
fn is_as_in_project(copy: &Dir, project: &Dir, change: &Change) -> bool {
    change.kind == ChangeKind::Modified
        && read_plain(copy, &change.path)
            .is_some_and(|now| read_plain(project, &change.path).is_some_and(|before| now == before))
}

/// Larger files are not read: a file with holes takes no room on the disk, and as much memory as its maker likes.
const MOST_READ_BYTES: u64 = 64 << 20;

/// The bytes of a plain file of bearable size; `None` for anything else, such as a pipe whose reading would never end.
pub(crate) fn read_plain(dir: &Dir, path: impl AsRef<Path>) -> Option<Vec<u8>> {
    let metadata = dir.symlink_metadata(path.as_ref()).ok()?;
    let is_read = metadata.is_file() && metadata.len() <= MOST_READ_BYTES;
    if is_read { dir.read(path).ok() } else { None }
}

/// Runs work that blocks on a thread where it may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SandboxError> + Send + 'static,
) -> Result<T, SandboxError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(SandboxError::Internal(format!("a copy ended early: {error}"))))
}
