//! Puts verified files in their place in the project: whole or not at all, and never over a foreign file.

use std::io;

use cap_std::fs::Dir;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::ownership::{Ownership, digest, ownership, with_header};
use super::temporary::{Temporary, open_folder, sync_folder};
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
    /// Something is there that is not ours, and no test.
    #[error(
        "{0} exists, was not written by openhands-testgen, and is no test by its name: choose another output; overwrite \
         replaces test_*.py, *_test.py and what lies below a folder of tests"
    )]
    NoTest(ProjectPath),
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
            | PublishError::NoTest(_)
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
        Ownership::Foreign if !is_test(path) => Err(PublishError::NoTest(path.clone())),
        Ownership::Absent | Ownership::Ours | Ownership::Foreign => Ok(()),
    }
}

/// Whether a file is for tests, by its name or a folder above it: no other that is not ours is ever replaced.
fn is_test(path: &ProjectPath) -> bool {
    let name = path.file_name();
    let is_named_so = name.starts_with("test_") || name.ends_with("_test.py");
    is_named_so || path.names().any(|name| ["tests", "test"].contains(&name))
}

/// Writes the helpers, then the test file. If one cannot be written, those that were new go again.
pub fn publish(
    project: &Project,
    output: &ProjectPath,
    verdict: &Verdict,
    overwrite: bool,
) -> Result<Published, PublishError> {
    publish_files(project, &verified_files(output, verdict), overwrite)
}

/// What a verdict has for the project: the helpers, then the test file.
#[must_use]
pub fn verified_files(output: &ProjectPath, verdict: &Verdict) -> Vec<Helper> {
    let test_file = Helper { path: output.clone(), source: verdict.test_source.clone() };
    verdict.helpers.iter().cloned().chain([test_file]).collect()
}

/// The digest that the last of these files has once it is published.
#[must_use]
pub fn published_digest(files: &[Helper]) -> String {
    files.last().map(|file| digest(with_header(&file.source).as_bytes())).unwrap_or_default()
}

/// Writes these files, in order. If one cannot be written, those that were new go again.
pub fn publish_files(
    project: &Project,
    wanted: &[Helper],
    overwrite: bool,
) -> Result<Published, PublishError> {
    let mut made = Made { root: project.dir(), new: Vec::new(), folders: Vec::new(), keep: false };
    let mut files = Vec::new();
    for file in wanted {
        check_output(project, &file.path, overwrite)?;
        made.write(file, overwrite).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => PublishError::Foreign(file.path.clone()),
            _ => PublishError::of(&file.path, source),
        })?;
        files.push(file.path.clone());
    }
    made.keep = true;
    Ok(Published { test_sha256: published_digest(wanted), files })
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
        let folder = open_folder(self.root, &file.path, &mut self.folders)?;
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
