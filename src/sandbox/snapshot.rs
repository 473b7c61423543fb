//! What has changed in a copy of a project? Found by size and times of all files, and by their bytes on doubt.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use sha2::{Digest as _, Sha256};

use super::exclude::is_cache;

/// A copy as it was at one moment. Caches that tools write are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<PathBuf, Stamp>);

/// Larger files are not read; those of the project are compared with it anyway.
const MOST_READ_BYTES: u64 = 4 << 20;

/// Changes whenever a file is written: the change time cannot be set back.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stamp {
    Folder,
    Other {
        inode: u64,
        bytes: u64,
        changed: (i64, i64),
        /// Mode and digest, where files change hands for a run and so their times: root runs children as others.
        substance: Option<(u32, [u8; 32])>,
    },
}

impl Stamp {
    fn of(path: &Path, metadata: &Metadata) -> Self {
        if metadata.is_dir() {
            return Self::Folder;
        }
        let changes_hands = rustix::process::geteuid().is_root();
        let is_read = changes_hands && metadata.is_file() && metadata.len() <= MOST_READ_BYTES;
        let digest =
            is_read.then(|| std::fs::read(path).ok()).flatten().map(|bytes| Sha256::digest(bytes).into());
        Self::Other {
            inode: metadata.ino(),
            bytes: metadata.len(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            substance: digest.map(|digest| (metadata.mode(), digest)),
        }
    }

    /// Whether the file is what it was; only its owner may have been another meanwhile.
    fn is_as(&self, before: &Self) -> bool {
        let key = |stamp: &Self| match stamp {
            Self::Folder => None,
            Self::Other { inode, bytes, substance, .. } => {
                substance.map(|substance| (*inode, *bytes, substance))
            }
        };
        self == before || (key(self).is_some() && key(self) == key(before))
    }
}

/// How one entry differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It was not there.
    Added,
    /// It was there, and is written since.
    Modified,
    /// It is gone.
    Removed,
}

/// One entry that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Relative to the copy, with `/`.
    pub path: String,
    /// How it differs.
    pub kind: ChangeKind,
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.kind {
            ChangeKind::Added => "added",
            ChangeKind::Modified => "changed",
            ChangeKind::Removed => "removed",
        };
        write!(formatter, "{} {verb}", self.path)
    }
}

impl Snapshot {
    /// Looks at every entry below `root`.
    #[must_use]
    pub fn take(root: &Path) -> Self {
        let walk = WalkBuilder::new(root)
            .standard_filters(false)
            .follow_links(false)
            .filter_entry(|entry| entry.depth() == 0 || !is_cache(&entry.file_name().to_string_lossy()))
            .build();
        let entries = walk.flatten().filter(|entry| entry.depth() > 0).filter_map(|entry| {
            let path = entry.path().strip_prefix(root).ok()?.to_owned();
            let metadata = entry.metadata().ok()?;
            let stamp = Stamp::of(entry.path(), &metadata);
            Some((path, stamp))
        });
        Self(entries.collect())
    }

    /// A copy as it would have been before somebody worked in it, given a plain one: what is the same in both is
    /// taken as it is now, all else from the plain one, and so differs.
    #[must_use]
    pub(super) fn of_copy(worked_in: &Path, plain: &Path) -> Self {
        let (mut now, before) = (Self::take(worked_in).0, Self::take(plain).0);
        let is_same = |path: &Path| {
            let (now, before) = (worked_in.join(path), plain.join(path));
            is_as_large(&now, &before) && content(&now).is_some_and(|now| Some(now) == content(&before))
        };
        let stamps = before.into_iter().map(|(path, stamp)| match now.remove(&path) {
            Some(Stamp::Folder) if stamp == Stamp::Folder => (path, stamp),
            Some(later) if is_same(&path) => (path, later),
            _ => (path, stamp),
        });
        Self(stamps.collect())
    }

    /// The plain files below `root`, of which this is a snapshot.
    pub(super) fn files(&self, root: &Path) -> Vec<String> {
        let is_file = |path: &&PathBuf| root.join(path).symlink_metadata().is_ok_and(|data| data.is_file());
        self.0.keys().filter(is_file).map(|path| path.to_string_lossy().into_owned()).collect()
    }

    /// What differs in `later`, sorted by path.
    #[must_use]
    pub fn changes(&self, later: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (path, stamp) in &later.0 {
            match self.0.get(path) {
                None => changes.push(change(path, ChangeKind::Added)),
                Some(before) if !stamp.is_as(before) => changes.push(change(path, ChangeKind::Modified)),
                Some(_) => {}
            }
        }
        let removed = self.0.keys().filter(|path| !later.0.contains_key(*path));
        changes.extend(removed.map(|path| change(path, ChangeKind::Removed)));
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        changes
    }
}

/// Whether two entries have the same size: one with holes may be larger than any memory.
fn is_as_large(one: &Path, other: &Path) -> bool {
    let size = |path: &Path| path.symlink_metadata().map(|metadata| metadata.len()).ok();
    size(one) == size(other)
}

/// The bytes of a plain file, or where a link leads; `None` for anything else.
fn content(path: &Path) -> Option<Vec<u8>> {
    let metadata = path.symlink_metadata().ok()?;
    if metadata.is_symlink() {
        return Some(std::fs::read_link(path).ok()?.into_os_string().into_encoded_bytes());
    }
    if metadata.is_file() { std::fs::read(path).ok() } else { None }
}

fn change(path: &Path, kind: ChangeKind) -> Change {
    Change { path: path.to_string_lossy().into_owned(), kind }
}
