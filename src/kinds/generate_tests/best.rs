//! Which iteration was the best? The one whose tests reach most of the module, then that notices most faults.

use serde::Serialize;

use crate::agent::AgentReport;
use crate::task::GenerateTests;
use crate::verify::Verdict;

/// The best that was verified so far.
pub(super) struct Best {
    pub(super) verdict: Verdict,
    pub(super) report: AgentReport,
    /// Iterations that were made in all.
    pub(super) iterations: u32,
    /// What the embedded agent added to it, where it did.
    pub(super) filled: Option<Filled>,
}

/// How the embedded agent filled the gap that another left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(in crate::kinds) struct Filled {
    /// Tests of the embedded agent.
    pub(super) tests: usize,
    /// What was reached without them, in percent.
    pub(super) percent_before: f64,
}

impl Best {
    /// Whether it is what was asked for.
    pub(super) fn is_enough(&self, request: &GenerateTests) -> bool {
        self.meets_threshold(request) && self.notices_enough(request)
    }

    /// Whether the coverage reaches the threshold, decided on the counts.
    pub(super) fn meets_threshold(&self, request: &GenerateTests) -> bool {
        let counts = &self.verdict.coverage.counts;
        request.coverage_threshold.is_met(counts.covered(), counts.total())
    }

    /// Whether the tests notice as many faults as they must.
    fn notices_enough(&self, request: &GenerateTests) -> bool {
        let minimum = request.context.min_mutation_score;
        self.verdict.mutation.as_ref().is_none_or(|mutation| mutation.reaches(minimum))
    }

    /// The better of two; the earlier one where they reach the same.
    pub(super) fn or_better(before: Option<Self>, now: Self) -> Self {
        match before {
            Some(before) if now.reached() <= before.reached() => {
                // What was used and what stopped the agent is told of the whole work.
                let report =
                    AgentReport { usage: now.report.usage, stopped: now.report.stopped, ..before.report };
                Self { iterations: now.iterations, report, ..before }
            }
            _ => now,
        }
    }

    fn reached(&self) -> (u64, u32) {
        let killed = self.verdict.mutation.as_ref().map_or(0, |mutation| mutation.killed);
        (self.verdict.coverage.counts.covered(), killed)
    }
}
