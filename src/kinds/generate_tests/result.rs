//! What does the task leave? What was generated, measured and published, and what is missing.

use std::time::Duration;

use serde_json::Value;

use super::best::Best;
use super::import_note::import_note;
use super::preparation::Preparation;
use crate::kinds::account::Account;
use crate::task::{ErrorKind, Failure, GenerateTests};

/// The result of the best that was verified.
pub(super) fn build(
    (agent, is_fallback): (&str, bool),
    request: &GenerateTests,
    prepared: &Preparation,
    best: &Best,
    test_sha256: &str,
    took: Duration,
) -> Value {
    Account {
        request,
        verdict: &best.verdict,
        report: &best.report,
        agent,
        is_fallback,
        iterations: best.iterations,
        filled: best.filled,
        is_met: best.meets_threshold(request),
        note: import_note(prepared),
        took,
        source_sha256: Some(&prepared.source_sha256),
        test_sha256: Some(test_sha256),
    }
    .value()
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
