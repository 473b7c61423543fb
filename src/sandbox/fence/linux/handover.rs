//! How do files change hands between us, as root, and the user that a child runs as?

use std::ffi::CStr;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Stat, Uid, chownat, openat, statat};
use rustix::path::Arg;

/// How deep folders are followed; each level holds one open.
const DEEPEST: usize = 200;

const READ: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Gives `folder` and all below it that belongs to `from` to `to`. Links are given, never followed.
pub(super) fn pass(folder: &Path, from: u32, to: u32) -> io::Result<()> {
    let passing = Passing { from, to };
    let Some(opened) = passing.entry(CWD, folder)? else { return Ok(()) };
    let mut open = vec![opened];
    while let Some(folder) = open.last_mut() {
        let Some(entry) = folder.read().transpose()? else {
            open.pop();
            continue;
        };
        let name: &CStr = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let below = passing.entry(folder.fd()?, name)?;
        open.extend(below);
        open.truncate(DEEPEST);
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Passing {
    from: u32,
    to: u32,
}

impl Passing {
    /// Passes one entry; answers the folder, opened, if it is one.
    fn entry(self, folder: impl AsFd, name: impl Arg + Copy) -> io::Result<Option<Dir>> {
        let stat = match statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            other => other?,
        };
        let is_folder = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        if stat.st_uid == self.from && (is_folder || self.has_one_name_or_is_theirs(&stat)) {
            let (user, group) = (Uid::from_raw(self.to), Gid::from_raw(self.to));
            chownat(&folder, name, Some(user), Some(group), AtFlags::SYMLINK_NOFOLLOW)?;
        }
        if is_folder { Ok(Some(Dir::new(openat(&folder, name, READ, Mode::empty())?)?)) } else { Ok(None) }
    }

    /// One of the other names of a file may lie outside: root gives none away.
    fn has_one_name_or_is_theirs(self, stat: &Stat) -> bool {
        stat.st_nlink == 1 || !Uid::from_raw(self.from).is_root()
    }
}
