//! What is wrong with a plan, how bad is it, and where?

use serde::{Deserialize, Serialize};

use super::plan::Plan;

/// The most of an id or a name that is quoted, in characters.
const MOST_QUOTED: usize = 80;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The plan cannot be carried out as it stands.
    Error,
    /// Something is missing, or will be trouble.
    Warning,
    /// It could be better.
    Hint,
}

/// Where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The task, phase or requirement by its id; `None` for the plan as a whole.
    #[serde(default)]
    pub item: Option<String>,
    /// The line of the text, from 1; `None` where there is none.
    #[serde(default)]
    pub line: Option<u32>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What sort of thing it is, such as `cycle` or `missing_estimate`.
    pub code: String,
    /// Where it is.
    #[serde(default)]
    pub place: Place,
    /// What it is.
    pub message: String,
    /// What helps.
    #[serde(default)]
    pub remedy: String,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Whether nothing is an error.
    pub valid: bool,
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
    /// The plan as it was read.
    pub plan: Plan,
}

impl Severity {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

impl Finding {
    pub(super) fn new(severity: Severity, code: &str, message: String, remedy: &str) -> Self {
        Self { severity, code: code.to_owned(), place: Place::default(), message, remedy: remedy.to_owned() }
    }

    /// JSON that is no plan.
    #[must_use]
    pub fn broken(reason: &str) -> Self {
        let message = format!("the text is JSON, and no plan: {reason}");
        Self::new(Severity::Error, "broken", message, "write it by the schema of plans, or as Markdown")
    }

    /// A plan of which only the first part was read; `left_out` are the tasks and phases that were not.
    #[must_use]
    pub fn too_large(most: usize, left_out: usize) -> Self {
        let message = format!(
            "of tasks and of phases {most} are read at most: {left_out} of them are left out, and not checked"
        );
        Self::new(Severity::Error, "too_large", message, "split the plan")
    }

    pub(super) fn at(self, item: &str, line: Option<u32>) -> Self {
        Self { place: Place { item: Some(shown(item)), line }, ..self }
    }
}

/// An id or a name as it is quoted: nobody reads a very long one.
pub(super) fn shown(name: &str) -> String {
    match name.char_indices().nth(MOST_QUOTED) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

impl Validation {
    /// What these findings of a plan come to.
    #[must_use]
    pub fn of(plan: Plan, mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.severity);
        let valid = findings.iter().all(|finding| finding.severity != Severity::Error);
        Self { valid, findings, plan }
    }

    /// How many findings are so bad.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}
