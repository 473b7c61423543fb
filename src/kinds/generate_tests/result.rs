//! What does the task leave? The `result` of the contract: what was generated, measured and published.

use std::time::Duration;

use serde_json::{Value, json};

use super::best::Best;
use super::import_note::import_note;
use super::preparation::Preparation;
use crate::task::{ErrorKind, Failure, GenerateTests};
use crate::verify::Published;

/// The result as it is kept; the same each time it is read.
pub(super) fn build(
    (agent, is_fallback): (&str, bool),
    request: &GenerateTests,
    prepared: &Preparation,
    best: &Best,
    published: &Published,
    took: Duration,
) -> Value {
    let told = |failure: &Failure| json!({"error_kind": failure.kind, "error": failure.message});
    let verdict = &best.verdict;
    let coverage = &verdict.coverage;
    json!({
        "test_file": request.output_path,
        "tests": verdict.tests,
        "coverage": {
            "percent": coverage.percent,
            "line_percent": coverage.line_percent,
            "branch_percent": coverage.branch_percent,
            "covered_lines": coverage.covered_lines,
            "missing_lines": coverage.missing_lines,
            "missing_branches": coverage.missing_branches,
        },
        "coverage_threshold": request.coverage_threshold,
        "threshold_met": best.meets_threshold(request),
        "mutation": verdict.mutation,
        "agent": agent,
        "fallback": is_fallback,
        "filled": best.filled,
        "stopped": best.report.stopped.as_ref().map(told),
        "model": best.report.model,
        "iterations": best.iterations,
        "left_out": best.report.left_out,
        "verification": {
            "runs": verdict.runs,
            "tests": verdict.judged(),
            "removed": verdict.removed,
            "discarded": verdict.discarded,
            "sandbox": verdict.sandbox,
            "command": verdict.command,
            "note": import_note(prepared),
        },
        "usage": best.report.usage,
        "duration_seconds": (took.as_secs_f64() * 1000.0).round() / 1000.0,
        "source_sha256": prepared.source_sha256,
        "test_sha256": published.test_sha256,
    })
}

/// The tests hold, but are not enough.
pub(super) fn gap(request: &GenerateTests, best: &Best) -> Failure {
    let tests = format!("the {} verified tests in {}", best.verdict.tests.len(), request.output_path);
    let message = match &best.verdict.mutation {
        Some(mutation) if best.meets_threshold(request) => format!(
            "{tests} notice {} of {} faults put into the module ({:.2} %), below the minimum of {} %: lower \
             `min_mutation_score`, or add tests for the faults in `mutation.survived`",
            mutation.killed, mutation.sampled, mutation.score, request.context.min_mutation_score,
        ),
        _ => format!(
            "{tests} reach {:.2} % of the module (lines and branches), below the threshold of {} %: lower \
             `coverage_threshold`, or add tests for the lines in `coverage.missing_lines`",
            best.verdict.coverage.percent,
            request.coverage_threshold.percent(),
        ),
    };
    Failure::new(ErrorKind::CoverageGap, message)
}
