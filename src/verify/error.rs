//! Why is there no verdict?

use serde_json::json;
use thiserror::Error;

use crate::sandbox::SandboxError;
use crate::task::{ErrorKind, Failure};

use super::Removed;

/// An error of the layer that checks tests. Those of single tests are no errors but reasons in the verdict.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The agent left no test file.
    #[error("the agent wrote no test file: {0} is missing, empty or not UTF-8")]
    NoTestFile(String),
    /// The file is no Python.
    #[error("{path} does not parse: {reason}")]
    Unparsable {
        /// The test file.
        path: String,
        /// Line and message.
        reason: String,
    },
    /// pytest cannot collect the file.
    #[error("{path} cannot be collected: {reason}")]
    Uncollectable {
        /// The test file.
        path: String,
        /// What pytest said.
        reason: String,
    },
    /// Every test was taken out.
    #[error("no test of {path} holds: {}", reasons(.removed))]
    NothingLeft {
        /// The test file.
        path: String,
        /// Which tests, and why.
        removed: Vec<Removed>,
    },
    /// A test that is not defined in the file cannot be taken out of it.
    #[error("{test} does not hold ({reason}), and is not defined in {path}: it cannot be taken out")]
    Unremovable {
        /// The test file.
        path: String,
        /// The test.
        test: String,
        /// Why it does not hold.
        reason: String,
    },
    /// Loading the test file, not running a test, changes the project.
    #[error("loading {path} changes files of the project: {changes}")]
    ChangesOnLoad {
        /// The test file.
        path: String,
        /// Which files.
        changes: String,
    },
    /// The file does something to pytest, to coverage or to our record of the run.
    #[error("{path} meddles with the measurement: it {what}")]
    Meddled {
        /// The test file.
        path: String,
        /// What it does.
        what: String,
    },
    /// Loading the test file, not running a test, does what tests must not do.
    #[error("loading {path} {what}")]
    Loading {
        /// The test file.
        path: String,
        /// What it does.
        what: String,
    },
    /// Files change, but in no run that watches each test.
    #[error("tests of {path} change files of the project, and not in every run: {changes}")]
    ChangesUnsteadily {
        /// The test file.
        path: String,
        /// Which files.
        changes: String,
    },
    /// Still something to take out after so many rounds.
    #[error("tests of {path} still fail after {rounds} rounds of taking out those that failed")]
    Unstable {
        /// The test file.
        path: String,
        /// How many rounds.
        rounds: u32,
    },
    /// The tests do not import the module.
    #[error("the tests in {path} never import {module}: nothing of it is tested")]
    NeverImported {
        /// The test file.
        path: String,
        /// The dotted name.
        module: String,
    },
    /// Something else goes by the module's name.
    #[error(
        "the tests import {module} from {found}, not from the project: rename one of the two, or uninstall the \
         other"
    )]
    Shadowed {
        /// The dotted name.
        module: String,
        /// Where it came from.
        found: String,
    },
    /// pytest or coverage left no complete record.
    #[error("the run of {path} cannot be judged: {reason}")]
    Unmeasured {
        /// The test file.
        path: String,
        /// What is missing, and the last that was said.
        reason: String,
    },
    /// Ended on request.
    #[error("verification was cancelled")]
    Cancelled,
    /// The machine could not do it.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// A bug of ours.
    #[error("verification: {0}")]
    Internal(String),
}

fn reasons(removed: &[Removed]) -> String {
    const SHOWN: usize = 5;
    let mut lines: Vec<String> =
        removed.iter().take(SHOWN).map(|test| format!("{} {}", test.test, test.reason)).collect();
    if removed.len() > SHOWN {
        lines.push(format!("and {} more", removed.len() - SHOWN));
    }
    if lines.is_empty() { "it has none".to_owned() } else { lines.join("; ") }
}

impl VerifyError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoTestFile(_)
            | Self::Unparsable { .. }
            | Self::Uncollectable { .. }
            | Self::NothingLeft { .. }
            | Self::Unremovable { .. }
            | Self::ChangesOnLoad { .. }
            | Self::ChangesUnsteadily { .. }
            | Self::Meddled { .. }
            | Self::Loading { .. }
            | Self::Unstable { .. }
            | Self::NeverImported { .. }
            | Self::Unmeasured { .. } => ErrorKind::Verification,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Sandbox(SandboxError::Internal(_)) | Self::Internal(_) => ErrorKind::Internal,
            Self::Shadowed { .. } | Self::Sandbox(_) => ErrorKind::Environment,
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        let failure = Self::new(error.kind(), error.to_string());
        match error {
            VerifyError::NothingLeft { removed, .. } => {
                let judged: Vec<_> = removed.iter().map(Removed::judged).collect();
                failure.with_result(json!({ "verification": { "tests": judged, "removed": removed } }))
            }
            _ => failure,
        }
    }
}
