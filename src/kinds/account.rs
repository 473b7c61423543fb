//! What does test generation leave? The `result` of the contract, in one shape for tests that were measured and for
//! those that a script only plays.

use std::time::Duration;

use serde_json::{Value, json};

use super::generate_tests::Filled;
use crate::agent::AgentReport;
use crate::task::{Failure, GenerateTests};
use crate::verify::Verdict;

/// All that a result tells.
pub(super) struct Account<'a> {
    pub(super) request: &'a GenerateTests,
    pub(super) verdict: &'a Verdict,
    pub(super) report: &'a AgentReport,
    pub(super) agent: &'a str,
    /// Whether another agent had been asked first.
    pub(super) is_fallback: bool,
    pub(super) iterations: u32,
    /// What the embedded agent added, where it did.
    pub(super) filled: Option<Filled>,
    pub(super) is_met: bool,
    /// What the user should know of the runs.
    pub(super) note: Option<String>,
    pub(super) took: Duration,
    pub(super) source_sha256: Option<&'a str>,
    pub(super) test_sha256: Option<&'a str>,
}

impl Account<'_> {
    /// The result as it is kept; the same each time it is read.
    pub(super) fn value(&self) -> Value {
        let told = |failure: &Failure| json!({"error_kind": failure.kind, "error": failure.message});
        let verdict = self.verdict;
        let coverage = &verdict.coverage;
        let was_run = verdict.runs > 0;
        json!({
            "test_file": self.request.output_path,
            "tests": verdict.tests,
            "coverage": {
                "percent": coverage.percent,
                "line_percent": coverage.line_percent,
                "branch_percent": coverage.branch_percent,
                "covered_lines": coverage.covered_lines,
                "missing_lines": coverage.missing_lines,
                "missing_branches": coverage.missing_branches,
            },
            "coverage_threshold": self.request.coverage_threshold,
            "threshold_met": self.is_met,
            "mutation": verdict.mutation,
            "agent": self.agent,
            "fallback": self.is_fallback,
            "filled": self.filled,
            "stopped": self.report.stopped.as_ref().map(told),
            "model": self.report.model,
            "iterations": self.iterations,
            "left_out": self.report.left_out,
            "verification": {
                "runs": verdict.runs,
                "tests": verdict.judged(),
                "removed": verdict.removed,
                "discarded": verdict.discarded,
                "sandbox": was_run.then_some(verdict.sandbox),
                "command": was_run.then_some(&verdict.command),
                "note": self.note,
            },
            "usage": self.report.usage,
            "duration_seconds": (self.took.as_secs_f64() * 1000.0).round() / 1000.0,
            "source_sha256": self.source_sha256,
            "test_sha256": self.test_sha256,
        })
    }
}
