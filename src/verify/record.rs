//! What did a pytest run do? The lines that `otg_recorder.py` wrote, read back.

use std::collections::HashSet;

use serde::Deserialize;

/// One line of the record.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    Uncollected { outcome: String, text: String },
    Collected { tests: Vec<String> },
    Start { test: String },
    Phase { test: String, when: String, outcome: String, xfail: bool, text: String },
    Changed { test: Option<String>, paths: Vec<String>, only_added: bool },
    Touched { test: String, paths: Vec<String> },
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

/// Files outside of a temporary folder that one test changed, or tried to.
#[derive(Debug, Clone)]
pub(super) struct Touched {
    pub(super) test: String,
    pub(super) paths: Vec<String>,
}

/// The record of one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// Why something was not collected.
    pub(super) uncollected: Vec<String>,
    /// The tests that were collected, each once; `None` if pytest did not get that far.
    pub(super) collected: Option<Vec<String>>,
    pub(super) phases: Vec<Phase>,
    pub(super) changed: Vec<Changed>,
    pub(super) touched: Vec<Touched>,
    /// The test that began and did not end.
    pub(super) open_test: Option<String>,
    /// What pytest said at its end, and the modules it saw; `None` if it did not get that far.
    pub(super) end: Option<(i32, Vec<Module>)>,
}

impl Record {
    /// Reads the lines; one that makes no sense ends the reading.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut record = Self::default();
        let lines = bytes.split(|byte| *byte == b'\n').map_while(|line| serde_json::from_slice(line).ok());
        for line in lines {
            record.add(line);
        }
        record
    }

    fn add(&mut self, line: Line) {
        match line {
            Line::Uncollected { outcome, text } => self.uncollected.push(match outcome.as_str() {
                "skipped" => format!("it skips itself: {text}"),
                _ => text,
            }),
            Line::Collected { tests } => self.collected = Some(unique(&tests)),
            Line::Start { test } => self.open_test = Some(name_of(&test)),
            Line::Finish { .. } => self.open_test = None,
            Line::Phase { test, when, outcome, xfail, text } => {
                self.phases.push(Phase { test: name_of(&test), when, outcome, xfail, text });
            }
            Line::Changed { test, paths, only_added } => {
                self.changed.push(Changed { test: test.as_deref().map(name_of), paths, only_added });
            }
            Line::Touched { test, paths } => self.touched.push(Touched { test: name_of(&test), paths }),
            Line::End { exit, modules } => self.end = Some((exit, modules)),
        }
    }
}

/// `tests/test_a.py::TestA::test_b[x::y]` -> `TestA::test_b`.
fn name_of(node: &str) -> String {
    let inside = node.split_once("::").map_or(node, |(_, inside)| inside);
    inside.split('[').next().unwrap_or(inside).to_owned()
}

fn unique(nodes: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    nodes.iter().map(|node| name_of(node)).filter(|name| seen.insert(name.clone())).collect()
}
