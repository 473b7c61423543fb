//! How does a file get to its place at once? Written beside it, flushed, and renamed.

use std::io::{self, Write as _};

use cap_std::fs::{Dir, OpenOptions, Permissions};
use rustix::fs::{Mode, OFlags, RenameFlags, fsync, openat, renameat, renameat_with};
use uuid::Uuid;

use crate::sandbox::ProjectPath;

/// Opens the folder of a file, making what is missing; `made` takes what was made.
pub(crate) fn open_folder(root: &Dir, path: &ProjectPath, made: &mut Vec<ProjectPath>) -> io::Result<Dir> {
    let Some(parent) = path.parent() else { return root.try_clone() };
    let names: Vec<&str> = parent.names().collect();
    for depth in 1..=names.len() {
        let folder = ProjectPath::from_names(names[..depth].iter().copied());
        match root.create_dir(&folder) {
            Ok(()) => made.push(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    root.open_dir(&parent)
}

/// Opened anew: a descriptor that only names a folder cannot be synced.
pub(crate) fn sync_folder(folder: &Dir) -> io::Result<()> {
    let opened = openat(folder, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    Ok(fsync(opened)?)
}

/// A file beside the one it will become; gone if it does not.
pub(crate) struct Temporary<'a> {
    folder: &'a Dir,
    name: String,
    is_left: bool,
}

impl<'a> Temporary<'a> {
    pub(crate) fn write(folder: &'a Dir, file_name: &str, content: &[u8]) -> io::Result<Self> {
        let name = format!(".{file_name}.{}.tmp", Uuid::new_v4().simple());
        let mut file = folder.open_with(&name, OpenOptions::new().write(true).create_new(true))?;
        let temporary = Self { folder, name, is_left: true };
        file.write_all(content)?;
        file.sync_all()?;
        Ok(temporary)
    }

    /// Gives it these permissions.
    pub(crate) fn permit(&self, permissions: Permissions) -> io::Result<()> {
        self.folder.set_permissions(&self.name, permissions)
    }

    /// Takes the name if nothing has it.
    pub(crate) fn become_new(mut self, file_name: &str) -> io::Result<()> {
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
    pub(crate) fn replace(mut self, file_name: &str) -> io::Result<()> {
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
