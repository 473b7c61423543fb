//! What does verification say?

use serde::{Deserialize, Serialize};

use super::{Coverage, Helper, Mutation};
use crate::sandbox::Level;

/// A test that was taken out, or an edit that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Its name in the file, such as `TestCart::test_total`.
    pub test: String,
    /// Why it does not hold, as the end of a sentence that begins with its name.
    pub reason: String,
}

/// What was judged of one test of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Its name in the file.
    pub test: String,
    /// Whether it is still there.
    pub verdict: Judgement,
    /// Why it is not.
    pub reason: Option<String>,
}

/// Whether a test holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// It passed every run, and can fail.
    Kept,
    /// It was taken out.
    Removed,
}

/// Tests that hold, and what they reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The test file as it passed all runs, without our header.
    pub test_source: String,
    /// Files that it needs beside it.
    pub helpers: Vec<Helper>,
    /// The tests that are left, in the order of the file.
    pub tests: Vec<String>,
    /// The tests that were taken out.
    pub removed: Vec<Removed>,
    /// What else the agent changed: reported, not taken over.
    pub discarded: Vec<String>,
    /// What the tests reach of the module.
    pub coverage: Coverage,
    /// How many faults in the module the tests notice; `None` where that was not asked for.
    pub mutation: Option<Mutation>,
    /// How often the file as a whole passed.
    pub runs: u32,
    /// How the runs were shut in.
    pub sandbox: Level,
    /// What shows the same coverage in the project, once the file is there.
    pub command: String,
}

impl Verdict {
    /// Every test of the file as the agent wrote it: those that are left, then those that were taken out.
    #[must_use]
    pub fn judged(&self) -> Vec<Judged> {
        let kept = self.tests.iter().map(|test| Judged {
            test: test.clone(),
            verdict: Judgement::Kept,
            reason: None,
        });
        kept.chain(self.removed.iter().map(Removed::judged)).collect()
    }
}

impl Removed {
    /// The same as a judgement.
    #[must_use]
    pub fn judged(&self) -> Judged {
        let reason = Some(self.reason.clone());
        Judged { test: self.test.clone(), verdict: Judgement::Removed, reason }
    }
}
