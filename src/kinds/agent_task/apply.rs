//! How do an agent's changes get into the project? All or none: everything is looked at before anything is written,
//! and what was written is taken back where something stands in the way all the same.
//!
//! A file that is already as it is to be is no obstacle: so an attempt that follows one which was killed half-way
//! brings the rest.

use std::io;

use cap_std::fs::{Dir, Permissions, PermissionsExt as _};

use super::changes::Changed;
use crate::sandbox::{ProjectPath, is_left_alone, read_plain};
use crate::task::{ErrorKind, Failure};
use crate::verify::{Temporary, open_folder, sync_folder};

/// Where a file of the project stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// As the agent found it.
    Before,
    /// As it is to be.
    After,
}

/// Applies these changes to the project at `root`. On an error the project is as it was.
pub(super) fn apply(root: &Dir, changes: &[Changed]) -> Result<(), Failure> {
    for changed in changes {
        standing(root, changed)?;
    }
    let mut work = Work { root, folders: Vec::new(), done: Vec::new(), is_kept: false };
    work.all(changes)?;
    work.is_kept = true;
    Ok(())
}

/// Where the file of a change stands in the project; an error where it stands neither here nor there.
fn standing(root: &Dir, changed: &Changed) -> Result<Standing, Failure> {
    let path = &changed.path;
    let refused = |reason: &str| {
        let message = format!(
            "nothing was applied: {path} {reason}; look at `files` and `patch` of the result, and apply by hand what \
             you want"
        );
        Err(Failure::new(ErrorKind::Config, message))
    };
    if let Some(obstacle) = changed.obstacle {
        return refused(obstacle);
    }
    if path.names().any(is_left_alone) {
        return refused("is version control's, or a cache");
    }
    let names: Vec<&str> = path.names().collect();
    for depth in 1..=names.len() {
        let part = ProjectPath::from_names(names[..depth].iter().copied());
        match root.symlink_metadata(&part) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return refused(&format!("cannot be looked at ({error})")),
            Ok(metadata) if metadata.is_symlink() => {
                return refused("is a symbolic link in the project, or lies behind one");
            }
            Ok(metadata) if depth < names.len() && !metadata.is_dir() => {
                return refused("lies in a folder that is a file in the project");
            }
            Ok(metadata) if depth == names.len() && !metadata.is_file() => {
                return refused("is no plain file in the project");
            }
            Ok(_) => {}
        }
    }
    let now = read_plain(root, path);
    if now.is_none() && root.symlink_metadata(path).is_ok() {
        return refused("cannot be read in the project, or is too large for that");
    }
    match now {
        now if now == changed.before => Ok(Standing::Before),
        now if now == changed.after => Ok(Standing::After),
        _ => {
            refused("is not as the agent found it: it was changed meanwhile, or is one that is never copied")
        }
    }
}

/// What was done so far; taken back when it is not kept.
struct Work<'a> {
    root: &'a Dir,
    folders: Vec<ProjectPath>,
    done: Vec<(&'a Changed, Option<Permissions>)>,
    is_kept: bool,
}

impl<'a> Work<'a> {
    /// Writes all new contents beside their places first: what fills the disk does so before anything has changed.
    fn all(&mut self, changes: &'a [Changed]) -> Result<(), Failure> {
        let mut folders = Vec::with_capacity(changes.len());
        for changed in changes {
            let folder = match changed.after {
                Some(_) => open_folder(self.root, &changed.path, &mut self.folders),
                None => folder_of(self.root, &changed.path),
            };
            folders.push(folder.map_err(|error| unwritable(&changed.path, &error))?);
        }
        let mut prepared = Vec::with_capacity(changes.len());
        for (changed, folder) in changes.iter().zip(&folders) {
            let written = self.prepare(changed, folder);
            prepared.push(written.map_err(|error| unwritable(&changed.path, &error))?);
        }
        for ((changed, folder), (temporary, permissions)) in changes.iter().zip(&folders).zip(prepared) {
            // Looked at again right before: it may have been edited since the first look.
            if standing(self.root, changed)? == Standing::After {
                continue;
            }
            let put = put(self.root, changed, temporary).and_then(|()| {
                self.done.push((changed, permissions));
                sync_folder(folder)
            });
            put.map_err(|error| unwritable(&changed.path, &error))?;
        }
        Ok(())
    }

    /// The new content beside its place, if there is one, and the permissions of what is there.
    fn prepare<'f>(
        &self,
        changed: &Changed,
        folder: &'f Dir,
    ) -> io::Result<(Option<Temporary<'f>>, Option<Permissions>)> {
        let permissions = match self.root.symlink_metadata(&changed.path) {
            Ok(metadata) => Some(metadata.permissions()),
            Err(_) => None,
        };
        let Some(after) = &changed.after else { return Ok((None, permissions)) };
        let temporary = Temporary::write(folder, changed.path.file_name(), after)?;
        match &permissions {
            Some(permissions) => temporary.permit(permissions.clone())?,
            None if changed.is_executable => temporary.permit(Permissions::from_mode(0o755))?,
            None => {}
        }
        Ok((Some(temporary), permissions))
    }
}

fn put(root: &Dir, changed: &Changed, temporary: Option<Temporary<'_>>) -> io::Result<()> {
    match temporary {
        None => root.remove_file(&changed.path),
        Some(temporary) if changed.before.is_none() => temporary.become_new(changed.path.file_name()),
        Some(temporary) => temporary.replace(changed.path.file_name()),
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        for (changed, permissions) in self.done.drain(..).rev() {
            if let Err(error) = take_back(self.root, changed, permissions) {
                tracing::error!(path = %changed.path, %error, "a change could not be taken back");
            }
        }
        for folder in self.folders.iter().rev() {
            let _ = self.root.remove_dir(folder); // one that holds something by now stays
        }
    }
}

fn take_back(root: &Dir, changed: &Changed, permissions: Option<Permissions>) -> io::Result<()> {
    let Some(before) = &changed.before else { return root.remove_file(&changed.path) };
    let folder = folder_of(root, &changed.path)?;
    let temporary = Temporary::write(&folder, changed.path.file_name(), before)?;
    if let Some(permissions) = permissions {
        temporary.permit(permissions)?;
    }
    temporary.replace(changed.path.file_name())
}

fn folder_of(root: &Dir, path: &ProjectPath) -> io::Result<Dir> {
    path.parent().map_or_else(|| root.try_clone(), |parent| root.open_dir(&parent))
}

fn unwritable(path: &ProjectPath, error: &io::Error) -> Failure {
    let message = format!("nothing was applied: {path} cannot be written: {error}");
    Failure::new(ErrorKind::Environment, message)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use cap_std::ambient_authority;

    use super::*;
    use crate::sandbox::ChangeKind;

    fn change(path: &str, kind: ChangeKind, before: Option<&str>, after: Option<&str>) -> Changed {
        let bytes = |text: &str| text.as_bytes().to_vec();
        let path = ProjectPath::from_names(path.split('/'));
        let (before, after) = (before.map(bytes), after.map(bytes));
        Changed { path, kind, obstacle: None, before, after, is_executable: false }
    }

    #[test]
    fn what_fails_half_way_is_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("a folder");
        for path in ["kept.sh", "gone.txt"] {
            root.write(path, "before").expect("a file");
        }
        root.set_permissions("kept.sh", Permissions::from_mode(0o750)).expect("permissions");
        let changes = [
            change("new/deep.txt", ChangeKind::Added, None, Some("new")),
            change("kept.sh", ChangeKind::Modified, Some("before"), Some("after")),
            change("gone.txt", ChangeKind::Removed, Some("before"), None),
            // By then it is neither as it was nor as this one wants it.
            change("kept.sh", ChangeKind::Modified, Some("before"), Some("otherwise")),
        ];
        let refused = apply(&root, &changes).expect_err("the last one cannot be");
        assert!(refused.message.contains("kept.sh is not as the agent found it"), "{refused}");
        for path in ["kept.sh", "gone.txt"] {
            assert_eq!(root.read_to_string(path).expect("a file"), "before", "{path}");
        }
        let mode = root.metadata("kept.sh").expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o750);
        let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().collect();
        assert_eq!(left.len(), 2, "no folder and no temporary file: {left:?}");
        assert_eq!(apply(&root, &changes[..3]), Ok(()));
        assert_eq!(root.read_to_string("new/deep.txt").expect("a file"), "new");
    }

    #[test]
    fn what_cannot_be_read_is_not_taken_for_what_is_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("a folder");
        root.create("huge.bin").expect("a file").set_len(1 << 43).expect("a file with a hole");
        for (kind, before, after) in
            [(ChangeKind::Added, None, Some("new")), (ChangeKind::Removed, Some("before"), None)]
        {
            let refused = apply(&root, &[change("huge.bin", kind, before, after)]).expect_err("refused");
            assert!(refused.message.contains("huge.bin cannot be read"), "{refused}");
        }
    }

    #[test]
    fn what_is_version_controls_is_never_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("a folder");
        for path in [".git/hooks/pre-commit", ".GIT/config", "sub/.git"] {
            let changes = [change(path, ChangeKind::Added, None, Some("#!/bin/sh"))];
            let refused = apply(&root, &changes).expect_err("refused");
            assert!(refused.message.contains("version control"), "{refused}");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
