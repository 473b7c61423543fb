//! What does verification say?

use serde::{Deserialize, Serialize};

use super::{Coverage, Helper};
use crate::sandbox::Level;

/// A test that was taken out, or an edit that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Its name in the file, such as `TestCart::test_total`.
    pub test: String,
    /// Why it does not hold, as the end of a sentence that begins with its name.
    pub reason: String,
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
    /// How often the file as a whole passed.
    pub runs: u32,
    /// How the runs were shut in.
    pub sandbox: Level,
    /// What shows the same coverage in the project, once the file is there.
    pub command: String,
}
