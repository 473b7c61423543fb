//! What was tried, and how well it is.

use std::fmt;

use serde::Serialize;

use crate::cli::output::{BOLD, ERROR, GOOD, HINT, WARNING};

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// As it should be.
    Good,
    /// It works, and could be better.
    Note,
    /// Without it nothing is generated.
    Missing,
}

/// One thing that was tried.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) verdict: Verdict,
    pub(super) detail: String,
    pub(super) remedy: Option<String>,
}

impl Check {
    pub(super) fn good(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Good, detail: detail.into(), remedy: None }
    }

    /// Nobody needs it now; the remedy is for who wants it.
    pub(super) fn unused(name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Good, ..Self::note(name, detail, remedy) }
    }

    pub(super) fn note(name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Note, detail: detail.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn missing(name: &'static str, detail: impl Into<String>, remedy: Option<String>) -> Self {
        Self { name, verdict: Verdict::Missing, detail: detail.into(), remedy }
    }
}

/// The document of `doctor --json`.
#[derive(Debug, Serialize)]
pub(super) struct Findings {
    /// Whether nothing that is needed is missing.
    pub(super) healthy: bool,
    pub(super) checks: Vec<Check>,
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (style, word) = match self.verdict {
            Verdict::Good => (GOOD, "good"),
            Verdict::Note => (WARNING, "note"),
            Verdict::Missing => (ERROR, "missing"),
        };
        let Self { name, detail, .. } = self;
        write!(formatter, "{style}{word:<8}{style:#}{BOLD}{name:<11}{BOLD:#} {detail}")?;
        match &self.remedy {
            Some(remedy) => write!(formatter, "\n                    {HINT}hint{HINT:#}: {remedy}"),
            None => Ok(()),
        }
    }
}
