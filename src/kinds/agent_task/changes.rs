//! What did the agent change? Every file that differs, with its bytes before and after.

use cap_std::fs::{Dir, MetadataExt as _};

use crate::kinds::steps::apart;
use crate::sandbox::{ChangeKind, Difference, ProjectPath, Twins, differences, read_plain};
use crate::task::{ErrorKind, Failure};

/// More changes than these are no piece of work that anybody would read.
const MOST_FILES: usize = 2_000;
/// What all files that differ may take, before and after.
const MOST_BYTES: usize = 64 << 20;

/// One file that differs.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) path: ProjectPath,
    pub(super) kind: ChangeKind,
    /// Why it cannot be taken over; then it has no bytes.
    pub(super) obstacle: Option<&'static str>,
    pub(super) before: Option<Vec<u8>>,
    pub(super) after: Option<Vec<u8>>,
    /// Whether it may be executed afterwards.
    pub(super) is_executable: bool,
}

impl Changed {
    /// The word for how it differs.
    pub(super) fn verb(&self) -> &'static str {
        match self.kind {
            ChangeKind::Added => "added",
            ChangeKind::Modified => "modified",
            ChangeKind::Removed => "deleted",
        }
    }

    /// Whether it is no text, before or after.
    pub(super) fn is_binary(&self) -> bool {
        let is_binary = |bytes: &Vec<u8>| bytes.contains(&0) || std::str::from_utf8(bytes).is_err();
        self.before.iter().chain(&self.after).any(is_binary)
    }
}

/// Everything that differs.
pub(super) async fn collect(twins: &Twins) -> Result<Vec<Changed>, Failure> {
    let found = differences(&twins.base, &twins.desk).await?;
    if found.len() > MOST_FILES {
        let message = format!(
            "the agent changed {} files: more than {MOST_FILES} are not taken; ask for a smaller piece of work",
            found.len()
        );
        return Err(Failure::new(ErrorKind::Budget, message));
    }
    let (base, desk) = (twins.base.dir()?, twins.desk.dir()?);
    apart(move || read_all(found, &base, &desk)).await
}

/// Reads the files that differ, as long as there is room for them.
fn read_all(found: Vec<Difference>, base: &Dir, desk: &Dir) -> Vec<Changed> {
    let mut room = MOST_BYTES;
    let changed = found.into_iter().map(|Difference { path, kind, obstacle }| {
        let read = |dir| if obstacle.is_none() { read_plain(dir, &path) } else { None };
        let (before, after) = (read(base), read(desk));
        let mode = desk.symlink_metadata(&path).map(|metadata| metadata.mode());
        let is_executable = mode.is_ok_and(|mode| mode & 0o100 != 0);
        let bytes = before.iter().chain(&after).map(Vec::len).sum();
        if let Some(rest) = room.checked_sub(bytes) {
            room = rest;
            return Changed { path, kind, obstacle, before, after, is_executable };
        }
        let obstacle = Some("is one too many: all together take more than 64 MiB");
        Changed { path, kind, obstacle, before: None, after: None, is_executable }
    });
    changed.collect()
}
