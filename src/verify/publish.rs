//! Puts verified files in their place in the project: whole or not at all, and never over a foreign file.

use std::io::{self, Write as _};

use cap_std::fs::{Dir, OpenOptions};
use rustix::fs::{Mode, OFlags, RenameFlags, fsync, openat, renameat, renameat_with};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::ownership::{Ownership, digest, ownership, with_header};
use super::{Helper, Verdict};
use crate::sandbox::{Project, ProjectPath};
use crate::task::{ErrorKind, Failure};

/// Why a file is not published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// Something is there that is not ours.
    #[error(
        "{0} exists and was not written by openhands-testgen, or was edited since: choose another output, or \
         pass overwrite"
    )]
    Foreign(ProjectPath),
    /// A folder has that name.
    #[error("{0} is a folder: name a file as output")]
    IsFolder(ProjectPath),
    /// A link leads elsewhere.
    #[error("{0} leads out of the project by a symbolic link: choose another output")]
    LeavesProject(ProjectPath),
    /// A file has the name of a folder on the way.
    #[error("{0} cannot be written: a part of the path is a file, not a folder")]
    NotAFolder(ProjectPath),
    /// No right to write there.
    #[error(
        "{path} cannot be written: {source}; choose another output or change the permissions of its folder"
    )]
    NotWritable {
        /// The file.
        path: ProjectPath,
        /// What the system said.
        source: io::Error,
    },
    /// The disk is full.
    #[error("no space left for {0}: free some and try again")]
    DiskFull(ProjectPath),
    /// Anything else.
    #[error("{path} cannot be written: {source}")]
    Other {
        /// The file.
        path: ProjectPath,
        /// What the system said.
        source: io::Error,
    },
}

impl PublishError {
    fn of(path: &ProjectPath, source: io::Error) -> Self {
        let path = path.clone();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(path),
            io::ErrorKind::NotADirectory => Self::NotAFolder(path),
            io::ErrorKind::IsADirectory => Self::IsFolder(path),
            // cap-std answers so for whatever would leave its root
            io::ErrorKind::PermissionDenied if source.raw_os_error().is_none() => Self::LeavesProject(path),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable { path, source }
            }
            _ => Self::Other { path, source },
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        let kind = match error {
            PublishError::Foreign(_)
            | PublishError::IsFolder(_)
            | PublishError::LeavesProject(_)
            | PublishError::NotAFolder(_) => ErrorKind::Config,
            PublishError::NotWritable { .. } | PublishError::DiskFull(_) | PublishError::Other { .. } => {
                ErrorKind::Environment
            }
        };
        Self::new(kind, error.to_string())
    }
}

/// What lies in the project now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The digest of the test file as it lies there, header included.
    pub test_sha256: String,
    /// Every file that was written.
    pub files: Vec<ProjectPath>,
}

/// Whether a file may be written to `path`: the check before an agent is paid.
pub fn check_output(project: &Project, path: &ProjectPath, overwrite: bool) -> Result<(), PublishError> {
    let wrap = |source| PublishError::of(path, source);
    if project.dir().symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        match project.dir().metadata(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(wrap(error)),
            Ok(metadata) if metadata.is_dir() => return Err(PublishError::IsFolder(path.clone())),
            _ => {}
        }
    } else if project.dir().is_dir(path) {
        return Err(PublishError::IsFolder(path.clone()));
    }
    match ownership(project.dir(), path).map_err(wrap)? {
        Ownership::Foreign if !overwrite => Err(PublishError::Foreign(path.clone())),
        Ownership::Absent | Ownership::Ours | Ownership::Foreign => Ok(()),
    }
}

/// Writes the helpers, then the test file. If one cannot be written, those that were new go again.
pub fn publish(
    project: &Project,
    output: &ProjectPath,
    verdict: &Verdict,
    overwrite: bool,
) -> Result<Published, PublishError> {
    let test_file = Helper { path: output.clone(), source: verdict.test_source.clone() };
    let mut made = Made { root: project.dir(), new: Vec::new(), folders: Vec::new(), keep: false };
    let mut files = Vec::new();
    for file in verdict.helpers.iter().chain([&test_file]) {
        check_output(project, &file.path, overwrite)?;
        made.write(file, overwrite).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => PublishError::Foreign(file.path.clone()),
            _ => PublishError::of(&file.path, source),
        })?;
        files.push(file.path.clone());
    }
    made.keep = true;
    let test_sha256 = digest(with_header(&test_file.source).as_bytes());
    Ok(Published { test_sha256, files })
}

/// What this call has made so far; taken back when it fails.
struct Made<'a> {
    root: &'a Dir,
    new: Vec<ProjectPath>,
    folders: Vec<ProjectPath>,
    keep: bool,
}

impl Made<'_> {
    fn write(&mut self, file: &Helper, overwrite: bool) -> io::Result<()> {
        let folder = self.open_folder(&file.path)?;
        let content = if is_python(&file.path) { with_header(&file.source) } else { file.source.clone() };
        let temporary = Temporary::write(&folder, file.path.file_name(), content.as_bytes())?;
        // Looked at again right before the rename: it may have appeared or been edited since the first look.
        match ownership(self.root, &file.path)? {
            Ownership::Foreign if !overwrite => return Err(io::ErrorKind::AlreadyExists.into()),
            Ownership::Absent => {
                temporary.become_new(file.path.file_name())?;
                self.new.push(file.path.clone());
            }
            Ownership::Ours | Ownership::Foreign => temporary.replace(file.path.file_name())?,
        }
        sync_folder(&folder)
    }

    /// Opens the folder of a file, making what is missing.
    fn open_folder(&mut self, path: &ProjectPath) -> io::Result<Dir> {
        let Some(parent) = path.parent() else { return self.root.try_clone() };
        let names: Vec<&str> = parent.names().collect();
        for depth in 1..=names.len() {
            let folder = ProjectPath::from_names(names[..depth].iter().copied());
            match self.root.create_dir(&folder) {
                Ok(()) => self.folders.push(folder),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        self.root.open_dir(&parent)
    }
}

impl Drop for Made<'_> {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        for file in &self.new {
            let _ = self.root.remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = self.root.remove_dir(folder); // one that holds something by now stays
        }
    }
}

fn is_python(path: &ProjectPath) -> bool {
    path.as_path().extension().is_some_and(|extension| extension == "py")
}

/// Opened anew: a descriptor that only names a folder cannot be synced.
fn sync_folder(folder: &Dir) -> io::Result<()> {
    let opened = openat(folder, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    Ok(fsync(opened)?)
}

/// A file beside the one it will become; gone if it does not.
struct Temporary<'a> {
    folder: &'a Dir,
    name: String,
    is_left: bool,
}

impl<'a> Temporary<'a> {
    fn write(folder: &'a Dir, file_name: &str, content: &[u8]) -> io::Result<Self> {
        let name = format!(".{file_name}.{}.tmp", Uuid::new_v4().simple());
        let mut file = folder.open_with(&name, OpenOptions::new().write(true).create_new(true))?;
        let temporary = Self { folder, name, is_left: true };
        file.write_all(content)?;
        file.sync_all()?;
        Ok(temporary)
    }

    /// Takes the name if nothing has it.
    fn become_new(mut self, file_name: &str) -> io::Result<()> {
        match renameat_with(self.folder, &self.name, self.folder, file_name, RenameFlags::NOREPLACE) {
            Ok(()) => {
                self.is_left = false;
                Ok(())
            }
            // Some file systems have no such rename; a second link is refused just as well.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                self.folder.hard_link(&self.name, self.folder, file_name)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Takes the name from what has it.
    fn replace(mut self, file_name: &str) -> io::Result<()> {
        renameat(self.folder, &self.name, self.folder, file_name)?;
        self.is_left = false;
        Ok(())
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if self.is_left {
            let _ = self.folder.remove_file(&self.name);
        }
    }
}
