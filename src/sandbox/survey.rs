//! What is there to copy, and is it too much? One walk over the project before anything is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::exclude::{is_excluded, is_excluded_folder};
use super::{Project, SandboxError};
use crate::store::OpenFiles;

/// More bytes than this are not copied.
pub const MAX_BYTES: u64 = 200_000_000;
/// More files than this are not copied.
pub const MAX_FILES: usize = 20_000;
/// Where counting ends: beyond this the project is too large whatever follows.
const COUNT_LIMIT: usize = 10 * MAX_FILES;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    Folder,
    File { bytes: u64 },
    Link,
}

/// One entry of the project.
#[derive(Debug)]
pub(super) struct Entry {
    /// Relative to the root.
    pub(super) path: PathBuf,
    pub(super) kind: EntryKind,
}

/// Everything that a copy would hold, folders before what is in them.
pub(super) fn survey(project: &Project) -> Result<Vec<Entry>, SandboxError> {
    let root = project.root();
    let workspace_root = project.canonical_workspace_root();
    let open_files = OpenFiles::of_this_process();
    let walk = WalkBuilder::new(root)
        .standard_filters(false)
        .follow_links(false)
        .filter_entry(move |entry| {
            entry.depth() == 0 || is_wanted(entry, &workspace_root) && !open_files.contains(entry.path())
        })
        .build();
    let mut entries = Vec::new();
    let mut files = 0;
    for found in walk.flatten().filter(|found| found.depth() > 0) {
        if let Some(entry) = describe(&found, root) {
            files += usize::from(entry.kind != EntryKind::Folder);
            entries.push(entry);
        }
        if files > COUNT_LIMIT {
            break;
        }
    }
    check_size(root, &entries)?;
    Ok(entries)
}

fn is_wanted(entry: &DirEntry, workspace_root: &Path) -> bool {
    if is_excluded(&entry.file_name().to_string_lossy()) {
        return false;
    }
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    !is_folder || (entry.path() != workspace_root && !is_excluded_folder(entry.path()))
}

/// Sockets, pipes and devices are nothing to copy.
fn describe(found: &DirEntry, root: &Path) -> Option<Entry> {
    let kind = found.file_type()?;
    let kind = if kind.is_dir() {
        EntryKind::Folder
    } else if kind.is_symlink() {
        EntryKind::Link
    } else if kind.is_file() {
        EntryKind::File { bytes: found.metadata().ok()?.len() }
    } else {
        return None;
    };
    Some(Entry { path: found.path().strip_prefix(root).ok()?.to_owned(), kind })
}

fn check_size(root: &Path, entries: &[Entry]) -> Result<(), SandboxError> {
    let sizes: Vec<(&Path, u64)> = entries.iter().filter_map(size).collect();
    let bytes: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    if bytes <= MAX_BYTES && sizes.len() <= MAX_FILES {
        return Ok(());
    }
    Err(SandboxError::TooLarge {
        root: root.to_owned(),
        size: describe_size(bytes, sizes.len()),
        largest: if bytes > MAX_BYTES { largest(&sizes, |bytes| bytes) } else { largest(&sizes, |_| 1) },
    })
}

fn size(entry: &Entry) -> Option<(&Path, u64)> {
    match entry.kind {
        EntryKind::File { bytes } => Some((&entry.path, bytes)),
        EntryKind::Folder | EntryKind::Link => None,
    }
}

/// The deepest entry that alone holds at least half of it all, or the largest at the top.
fn largest(sizes: &[(&Path, u64)], weight: impl Fn(u64) -> u64) -> String {
    let total: u64 = sizes.iter().map(|(_, bytes)| weight(*bytes)).sum();
    let mut best = (PathBuf::new(), total);
    for depth in 1.. {
        let mut sums: BTreeMap<PathBuf, u64> = BTreeMap::new();
        for (path, bytes) in sizes.iter().filter(|(path, _)| path.starts_with(&best.0)) {
            if path.components().count() >= depth {
                *sums.entry(path.components().take(depth).collect()).or_default() += weight(*bytes);
            }
        }
        match sums.into_iter().max_by_key(|(_, sum)| *sum) {
            Some((path, sum)) if depth == 1 || sum * 2 >= total => best = (path, sum),
            _ => break,
        }
    }
    let within: Vec<u64> =
        sizes.iter().filter(|(path, _)| path.starts_with(&best.0)).map(|(_, bytes)| *bytes).collect();
    format!("{} ({})", best.0.display(), describe_size(within.iter().sum(), within.len()))
}

fn describe_size(bytes: u64, files: usize) -> String {
    format!("{}.{} MB in {files} files", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
