//! Through which symbolic links does a path lead? A sandbox must have them all for the path to work inside.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// A symbolic link on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hop {
    /// Where the link lies; its folder is real.
    pub(super) link: PathBuf,
    /// What it says.
    pub(super) contents: PathBuf,
}

/// Every link between `path` and what it finally names, in the order they are met.
pub(super) fn hops(path: &Path) -> Vec<Hop> {
    let mut todo: VecDeque<OsString> = names(path);
    let mut real = PathBuf::from("/");
    let mut found = Vec::new();
    while let Some(name) = todo.pop_front() {
        if name == ".." {
            real.pop();
            continue;
        }
        let here = real.join(&name);
        match std::fs::read_link(&here) {
            Ok(contents) if found.len() < 40 => {
                if contents.is_absolute() {
                    real = PathBuf::from("/");
                }
                for name in names(&contents).into_iter().rev() {
                    todo.push_front(name);
                }
                found.push(Hop { link: here, contents });
            }
            _ => real = here,
        }
    }
    found
}

fn names(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect()
}
