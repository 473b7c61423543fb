//! What did a pytest run do? The lines that `otg_recorder.py` wrote, read back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Deserialize;

use super::journal::unsealed;

/// One line of the record.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    Uncollected { outcome: String, text: String },
    Collected { tests: Vec<String> },
    Start { test: String },
    Phase { test: String, when: String, outcome: String, xfail: bool, text: String },
    Changed { test: Option<String>, paths: Vec<String>, only_added: bool },
    Touched { test: Option<String>, paths: Vec<String> },
    Reached { test: Option<String>, paths: Vec<String> },
    Made { test: Option<String>, paths: Vec<String> },
    Running { test: Option<String>, paths: Vec<String> },
    Meddled { test: Option<String>, what: Option<String>, paths: Option<Vec<String>> },
    Refused { test: String, times: u64 },
    Entered { lines: BTreeSet<u32> },
    Finish {},
    End { exit: i32, modules: Vec<Module> },
}

/// A module that was loaded in the run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Module {
    pub(super) name: String,
    /// Where it came from, without links.
    pub(super) file: String,
}

/// One phase of one test.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    /// The name in the file, without parameters.
    pub(super) test: String,
    /// `setup`, `call` or `teardown`.
    pub(super) when: String,
    pub(super) outcome: String,
    /// Whether the test is marked as one that may fail.
    pub(super) xfail: bool,
    pub(super) text: String,
}

/// Files that changed while one test ran, or while the file was loaded.
#[derive(Debug, Clone)]
pub(super) struct Changed {
    pub(super) test: Option<String>,
    pub(super) paths: Vec<String>,
    pub(super) only_added: bool,
}

/// What was seen of one test beside its outcome; `None` is the loading of the file, or not known.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) test: Option<String>,
    pub(super) what: What,
    pub(super) items: Vec<String>,
}

/// Of which kind it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Files outside of a temporary folder that it changed, or tried to.
    Touched,
    /// Other machines that it tried to speak to.
    Reached,
    /// Temporary files that it made; some may be gone again.
    Made,
    /// Processes that it left running.
    Running,
    /// What it did to the measurement.
    Meddled,
}

/// How the tests of a run are called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Names {
    /// `TestA::test_b`: there is one file.
    #[default]
    InFile,
    /// `tests/test_a.py::TestA::test_b`: there may be several.
    InProject,
}

/// The record of one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// How its tests are called.
    names: Names,
    /// Why something was not collected.
    pub(super) uncollected: Vec<String>,
    /// The tests that were collected, each once; `None` if pytest did not get that far.
    pub(super) collected: Option<Vec<String>>,
    pub(super) phases: Vec<Phase>,
    pub(super) changed: Vec<Changed>,
    pub(super) seen: Vec<Seen>,
    /// How often a function of the module was refused in each test, in a run that refuses them.
    pub(super) refused: BTreeMap<String, u64>,
    /// The functions of the module, by line, that such a run let through outside of tests.
    pub(super) entered: BTreeSet<u32>,
    /// Whether there is a line that the plug-in did not write.
    pub(super) is_forged: bool,
    /// The test that began and did not end.
    pub(super) open_test: Option<String>,
    /// What pytest said at its end, and the modules it saw; `None` if it did not get that far.
    pub(super) end: Option<(i32, Vec<Module>)>,
}

impl Record {
    /// Reads the lines that were sealed with this secret; one that is not, or makes no sense, ends the reading.
    pub(super) fn parse(bytes: &[u8], secret: &str, names: Names) -> Self {
        let mut record = Self { names, ..Self::default() };
        let (lines, is_forged) = unsealed(bytes, secret);
        for line in lines.into_iter().map_while(|line| serde_json::from_slice(line).ok()) {
            record.add(line);
        }
        record.is_forged = is_forged;
        record
    }

    fn add(&mut self, line: Line) {
        match line {
            Line::Uncollected { outcome, text } => self.uncollected.push(match outcome.as_str() {
                "skipped" => format!("it skips itself: {text}"),
                _ => text,
            }),
            Line::Collected { tests } => self.collected = Some(self.unique(&tests)),
            Line::Start { test } => self.open_test = Some(self.name_of(&test)),
            Line::Finish { .. } => self.open_test = None,
            Line::Phase { test, when, outcome, xfail, text } => {
                let test = self.name_of(&test);
                self.phases.push(Phase { test, when, outcome, xfail, text });
            }
            Line::Changed { test, paths, only_added } => {
                let test = test.as_deref().map(|test| self.name_of(test));
                self.changed.push(Changed { test, paths, only_added });
            }
            Line::Touched { test, paths } => self.see(test.as_deref(), What::Touched, paths),
            Line::Reached { test, paths } => self.see(test.as_deref(), What::Reached, paths),
            Line::Made { test, paths } => self.see(test.as_deref(), What::Made, paths),
            Line::Running { test, paths } => self.see(test.as_deref(), What::Running, paths),
            Line::Meddled { test, what, paths } => {
                self.see(
                    test.as_deref(),
                    What::Meddled,
                    what.into_iter().chain(paths.into_iter().flatten()).collect(),
                );
            }
            Line::Refused { test, times } => {
                let test = self.name_of(&test);
                *self.refused.entry(test).or_default() += times;
            }
            Line::Entered { lines } => self.entered = lines,
            Line::End { exit, modules } => self.end = Some((exit, modules)),
        }
    }
}

impl Record {
    /// Keeps what was seen; what belongs to no test belongs to the one that is open.
    fn see(&mut self, test: Option<&str>, what: What, items: Vec<String>) {
        let test = test.map(|test| self.name_of(test)).or_else(|| self.open_test.clone());
        self.seen.push(Seen { test, what, items });
    }

    /// `tests/test_a.py::TestA::test_b[x::y]` -> `TestA::test_b`, with its file where there may be several.
    fn name_of(&self, node: &str) -> String {
        let (file, inside) = node.split_once("::").unwrap_or(("", node));
        let inside = inside.split('[').next().unwrap_or(inside);
        match self.names {
            Names::InFile => inside.to_owned(),
            Names::InProject => format!("{file}::{inside}"),
        }
    }

    fn unique(&self, nodes: &[String]) -> Vec<String> {
        let mut seen = HashSet::new();
        nodes.iter().map(|node| self.name_of(node)).filter(|name| seen.insert(name.clone())).collect()
    }
}
