//! Copies a project, entry by entry, from its descriptor to the descriptor of a new folder.

use std::io;
use std::path::{Path, PathBuf};

use cap_std::fs::Dir;

use super::survey::{Entry, EntryKind};
use super::{Project, SandboxError};

/// Copies what the survey found. Files that vanished meanwhile are passed over.
pub(super) fn copy(project: &Project, entries: &[Entry], target: &Dir) -> Result<(), SandboxError> {
    for entry in entries {
        let copied = match entry.kind {
            EntryKind::Folder => target.create_dir_all(&entry.path),
            EntryKind::File { .. } => copy_file(project.dir(), target, &entry.path),
            EntryKind::Link => copy_link(project, target, &entry.path),
        };
        match copied {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(SandboxError::file(project.root().join(&entry.path), error)),
            Ok(()) => {}
        }
    }
    Ok(())
}

/// The copy belongs to us and can be written, whatever the original allows.
fn copy_file(source: &Dir, target: &Dir, path: &Path) -> io::Result<()> {
    source.copy(path, target, path)?;
    let mut permissions = target.metadata(path)?.permissions();
    if permissions.readonly() {
        permissions.set_readonly(false);
        target.set_permissions(path, permissions)?;
    }
    Ok(())
}

fn copy_link(project: &Project, target: &Dir, path: &Path) -> io::Result<()> {
    match link_contents(project, path) {
        Some(contents) => target.symlink_contents(contents, path),
        None => Ok(()),
    }
}

/// Where a link leads in a copy: one that stays inside is made again; one that leaves the project, or leads nowhere, is
/// not.
pub(super) fn link_contents(project: &Project, path: &Path) -> Option<PathBuf> {
    let contents = project.dir().read_link_contents(path).ok()?;
    if contents.is_absolute() {
        let inside = contents.strip_prefix(project.root()).ok()?;
        return project.dir().metadata(inside).is_ok().then(|| up_to_root(path).join(inside));
    }
    project.dir().metadata(path).is_ok().then_some(contents)
}

/// `../..` from the folder of `path` to the root.
fn up_to_root(path: &Path) -> PathBuf {
    path.components().skip(1).map(|_| "..").collect()
}
