//! What differs between two copies, byte by byte? Unlike a snapshot it needs no clock, and outlives a process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::exclude::{is_excluded_folder, is_left_alone};
use super::workspace::blocking;
use super::{ChangeKind, ProjectPath, SandboxError, Workspace};

/// Larger files are named and not read.
const MOST_BYTES: u64 = 16 << 20;

/// One entry that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Relative to the copies.
    pub path: ProjectPath,
    /// How it differs.
    pub kind: ChangeKind,
    /// Why it cannot be taken over; `None` for a plain file of bearable size.
    pub obstacle: Option<&'static str>,
}

/// What an entry is. Folders count by what is in them.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    File(u64),
    Link(PathBuf),
    Other,
}

/// What differs in `now`, sorted by path; version control, caches and virtual environments are left alone.
pub async fn differences(base: &Workspace, now: &Workspace) -> Result<Vec<Difference>, SandboxError> {
    let (base, now) = (base.root().to_owned(), now.root().to_owned());
    blocking(move || Ok(compare(&base, &now))).await
}

fn compare(base: &Path, now: &Path) -> Vec<Difference> {
    let (before, mut after) = (entries(base, base), entries(now, base));
    let mut differences = Vec::new();
    for (path, was) in before {
        let (kind, obstacle) = match after.remove(&path) {
            None => (ChangeKind::Removed, obstacle(&was)),
            Some(is) if is == was && is_same(&is, &base.join(&path), &now.join(&path)) => continue,
            Some(is) => (ChangeKind::Modified, obstacle(&is).or(obstacle(&was))),
        };
        differences.push(difference(&path, kind, obstacle));
    }
    differences.extend(after.iter().map(|(path, is)| difference(path, ChangeKind::Added, obstacle(is))));
    differences.sort_by(|one, other| one.path.cmp(&other.path));
    differences
}

fn difference(path: &Path, kind: ChangeKind, obstacle: Option<&'static str>) -> Difference {
    let names: Vec<_> = path.components().map(|name| name.as_os_str().to_string_lossy()).collect();
    let is_text = path.to_str().is_some();
    Difference {
        path: ProjectPath::from_names(names.iter().map(AsRef::as_ref)),
        kind,
        obstacle: obstacle.or((!is_text).then_some("has a name that is not UTF-8")),
    }
}

fn obstacle(entry: &Entry) -> Option<&'static str> {
    match entry {
        Entry::File(bytes) if *bytes > MOST_BYTES => Some("is larger than 16 MiB"),
        Entry::File(_) => None,
        Entry::Link(_) => Some("is a symbolic link"),
        Entry::Other => Some("is not a plain file"),
    }
}

/// Whether two entries of one kind and size are the same.
fn is_same(entry: &Entry, one: &Path, other: &Path) -> bool {
    match entry {
        Entry::File(_) => {
            let (one, other) = (std::fs::read(one), std::fs::read(other));
            one.is_ok_and(|one| other.is_ok_and(|other| one == other))
        }
        Entry::Link(_) | Entry::Other => true,
    }
}

/// Everything below a folder but folders, by its path there. A folder that was there before is looked into whatever
/// was put into it: what it had is not gone.
fn entries(root: &Path, base: &Path) -> BTreeMap<PathBuf, Entry> {
    let (top, base) = (root.to_owned(), base.to_owned());
    let is_new_environment = move |folder: &Path| {
        let is_known = folder.strip_prefix(&top).is_ok_and(|path| base.join(path).is_dir());
        !is_known && is_excluded_folder(folder)
    };
    let walk = WalkBuilder::new(root)
        .standard_filters(false)
        .follow_links(false)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let is_nobodys = is_left_alone(&entry.file_name().to_string_lossy())
                || (is_folder && is_new_environment(entry.path()));
            entry.depth() == 0 || !is_nobodys
        })
        .build();
    let found = walk.flatten().filter(|found| found.depth() > 0).filter_map(|found| {
        let path = found.path().strip_prefix(root).ok()?.to_owned();
        let metadata = found.metadata().ok()?;
        let entry = if metadata.is_dir() {
            return None;
        } else if metadata.is_symlink() {
            Entry::Link(std::fs::read_link(found.path()).ok()?)
        } else if metadata.is_file() {
            Entry::File(metadata.len())
        } else {
            Entry::Other
        };
        Some((path, entry))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    #[test]
    fn every_way_to_differ_is_told_and_nothing_else() {
        let (base, now) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        for root in [base.path(), now.path()] {
            write(root, "same.py", "same");
            write(root, "pkg/edited.py", "aaaa");
            std::os::unix::fs::symlink("same.py", root.join("link")).expect("a link");
        }
        write(base.path(), "gone.py", "");
        write(now.path(), "pkg/edited.py", "aaab");
        write(now.path(), "new/deep.py", "new");
        fs::create_dir(now.path().join("empty")).expect("a folder");
        write(now.path(), ".git/config", "of the server's making");
        write(now.path(), "__pycache__/same.pyc", "");
        write(now.path(), "env/pyvenv.cfg", "");
        std::os::unix::fs::symlink("/etc", now.path().join("out")).expect("a link");
        let told: Vec<_> = compare(base.path(), now.path())
            .into_iter()
            .map(|difference| (difference.path.into_string(), difference.kind, difference.obstacle))
            .collect();
        let path = str::to_owned;
        assert_eq!(
            told,
            [
                (path("gone.py"), ChangeKind::Removed, None),
                (path("new/deep.py"), ChangeKind::Added, None),
                (path("out"), ChangeKind::Added, Some("is a symbolic link")),
                (path("pkg/edited.py"), ChangeKind::Modified, None),
            ]
        );
    }

    #[test]
    fn a_folder_is_not_gone_because_it_was_made_to_look_like_an_environment() {
        let (base, now) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        for root in [base.path(), now.path()] {
            write(root, "src/shop.py", "sells");
        }
        write(now.path(), "src/pyvenv.cfg", "");
        let told = compare(base.path(), now.path());
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].path.as_str(), told[0].kind), ("src/pyvenv.cfg", ChangeKind::Added));
    }

    #[test]
    fn names_that_are_left_alone_are_known_in_any_case() {
        assert!(is_left_alone(".GIT") && is_left_alone(".coverage.host.1"));
        assert!(!is_left_alone(".gitignore") && !is_left_alone(".github"));
    }
}
