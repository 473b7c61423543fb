//! What may be taken over from an agent's workspace? The test file, and new files beside it that are only
//! read by tests. Everything else is reported.

use serde::{Deserialize, Serialize};

use super::VerifyError;
use super::ownership::{Ownership, ownership, without_header};
use crate::sandbox::{Change, ChangeKind, ProjectPath, Workspace, read_plain};

/// Helpers above this size are not taken over.
const MAX_HELPER_BYTES: usize = 1_000_000;

/// Files by which a folder configures pytest, coverage or Python itself: never taken from an agent.
const CONFIGURATION: &[&str] = &[
    "conftest.py",
    "pytest.ini",
    ".pytest.ini",
    "pytest.toml",
    ".pytest.toml",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
    "setup.py",
    ".coveragerc",
    "sitecustomize.py",
    "usercustomize.py",
    "pyvenv.cfg",
];

/// What an agent wrote, as far as it may be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The test file, without our header.
    pub test_source: String,
    /// New files under the tests folder.
    pub helpers: Vec<Helper>,
    /// What else was changed.
    pub discarded: Vec<String>,
}

/// A file that the tests need beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Helper {
    /// Where it goes.
    pub path: ProjectPath,
    /// What is in it.
    pub source: String,
}

impl Candidate {
    /// A test file and nothing else.
    #[must_use]
    pub fn new(test_source: impl Into<String>) -> Self {
        Self { test_source: test_source.into(), helpers: Vec::new(), discarded: Vec::new() }
    }

    /// Looks at what the agent left in its workspace.
    pub async fn collect(workspace: &Workspace, output: &ProjectPath) -> Result<Self, VerifyError> {
        let missing = || VerifyError::NoTestFile(output.to_string());
        let source = read_text(workspace, output.as_str())?.ok_or_else(missing)?;
        if source.trim().is_empty() {
            return Err(missing());
        }
        let mut candidate = Self::new(without_header(&source));
        for change in workspace.changes().await? {
            if change.path != output.as_str() {
                candidate.sort(workspace, output, &change)?;
            }
        }
        Ok(candidate)
    }

    fn sort(
        &mut self,
        workspace: &Workspace,
        output: &ProjectPath,
        change: &Change,
    ) -> Result<(), VerifyError> {
        let path = ProjectPath::from_names(change.path.split('/'));
        if workspace.root().join(&path).is_dir() {
            return Ok(()); // what is in it counts
        }
        let is_helper = may_be_helper(&path, output) && is_new_or_ours(workspace, &path, change.kind);
        let text = if is_helper { read_text(workspace, path.as_str())? } else { None };
        match text {
            Some(source) => self.helpers.push(Helper { path, source: without_header(&source) }),
            None => self.discarded.push(change.to_string()),
        }
        Ok(())
    }
}

/// Not in the project yet, or published by us before and untouched since.
fn is_new_or_ours(workspace: &Workspace, path: &ProjectPath, kind: ChangeKind) -> bool {
    match kind {
        ChangeKind::Added => true,
        ChangeKind::Modified => {
            ownership(workspace.project_dir(), path).is_ok_and(|it| it == Ownership::Ours)
        }
        ChangeKind::Removed => false,
    }
}

/// Under the folder of tests, and no configuration.
fn may_be_helper(path: &ProjectPath, output: &ProjectPath) -> bool {
    let Some(tests) = output.parent().map(|_| ProjectPath::from_names(output.names().take(1))) else {
        return false;
    };
    path.is_below(&tests) && !CONFIGURATION.contains(&path.file_name())
}

/// A plain file of ordinary size as text; `None` if it is none.
fn read_text(workspace: &Workspace, path: &str) -> Result<Option<String>, VerifyError> {
    let bytes = read_plain(&workspace.dir()?, path).filter(|bytes| bytes.len() <= MAX_HELPER_BYTES);
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
}
