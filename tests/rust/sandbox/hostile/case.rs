//! The hostile files, and what their heads promise.

use std::path::{Path, PathBuf};
use std::time::Duration;

use _core::sandbox::Level;

use super::outcome::Outcome;

/// A hostile file.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Its name, without `.py`.
    pub(super) name: String,
    /// What it does.
    pub(super) title: String,
    pub(super) path: PathBuf,
    head: String,
}

impl Case {
    /// Every file, by name.
    pub(super) fn all() -> Vec<Self> {
        let entries = std::fs::read_dir(folder().join("files")).unwrap();
        let mut cases: Vec<Self> = entries.map(|entry| Self::read(entry.unwrap().path())).collect();
        cases.sort_by(|one, other| one.name.cmp(&other.name));
        cases
    }

    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap();
        let head = text.split("\"\"\"").nth(1).expect("a docstring").to_owned();
        let title = head.lines().next().expect("a title").to_owned();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        Self { name, title, path, head }
    }

    /// Whether the one who runs the tests asks for it: `OTG_TEST_ONLY` is part of the names of those that run.
    pub(super) fn is_wanted(&self) -> bool {
        std::env::var("OTG_TEST_ONLY").is_ok_and(|part| self.name.contains(&part))
            || std::env::var_os("OTG_TEST_ONLY").is_none()
    }

    /// What is promised at a level, as it is written: `blocked`, or `blocked as root, else open`.
    pub(super) fn promise(&self, level: Level) -> &str {
        self.entry(level.as_str()).unwrap_or_else(|| panic!("{}: nothing is said of {level}", self.name))
    }

    /// What is promised here and now.
    pub(super) fn expected(&self, level: Level) -> Outcome {
        let promise = self.promise(level);
        let holds = match promise.split_once(", else ") {
            None => promise,
            Some((conditional, otherwise)) => {
                let known = ["as root", "since Linux 6.12"];
                let (outcome, _) = known
                    .iter()
                    .filter_map(|condition| conditional.split_once(condition))
                    .min_by_key(|(outcome, _)| outcome.len())
                    .unwrap_or_else(|| panic!("{}: no condition in {promise:?}", self.name));
                let is_met = (conditional.contains("as root") && is_root())
                    || (conditional.contains("since Linux 6.12") && linux() >= (6, 12));
                if is_met { outcome.trim() } else { otherwise }
            }
        };
        Outcome::named(holds).unwrap_or_else(|| panic!("{}: {holds:?} is no outcome", self.name))
    }

    /// How long it may take.
    pub(super) fn wall(&self) -> Duration {
        Duration::from_secs(self.entry("seconds").map_or(30, |seconds| seconds.parse().unwrap()))
    }

    fn entry(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Where the hostile files are.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rust/sandbox/hostile")
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn linux() -> (u32, u32) {
    let release = rustix::system::uname();
    let release = release.release().to_string_lossy();
    let mut numbers = release.split('.').map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}
