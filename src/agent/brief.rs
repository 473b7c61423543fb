//! What is an agent told that writes tests? Which module, which file, how much coverage, and what was wrong with its
//! last try.

use serde::Serialize;

use super::Engagement;
use crate::sandbox::{ModuleLayout, ProjectPath, Sandbox};
use crate::task::Threshold;

/// One iteration's instruction.
pub struct Brief<'a> {
    /// The terms; the workspace is a copy of the project.
    pub engagement: Engagement<'a>,
    /// Where code of the project runs, and with which interpreter.
    pub sandbox: &'a Sandbox,
    /// The module to test.
    pub module: &'a ProjectPath,
    /// How it is imported.
    pub layout: &'a ModuleLayout,
    /// The test file to write.
    pub output: &'a ProjectPath,
    /// Coverage to reach.
    pub threshold: Threshold,
    /// What verification said of the iterations so far; `None` on the first.
    pub feedback: Option<&'a Feedback>,
}

/// What verification found wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feedback {
    /// Tests that were taken out, of all iterations so far.
    pub rejected: Vec<Rejected>,
    /// What was wrong with the file as a whole, in the last iteration.
    pub problem: Option<String>,
    /// How many of them the last iteration added.
    pub newly_rejected: usize,
    /// Lines of the module that no test reached.
    pub missing_lines: Vec<u32>,
    /// Branches of the module that no test took, from line to line.
    pub missing_branches: Vec<(i64, i64)>,
    /// Faults in the module that no test noticed, such as `line 12: a < b -> a <= b`.
    pub unnoticed_faults: Vec<String>,
}

/// A test that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Its name, with the case in brackets where there is one.
    pub test: String,
    /// Why.
    pub reason: String,
}
