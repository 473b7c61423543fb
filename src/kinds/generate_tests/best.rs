//! Which iteration was the best? The one whose tests reach most of the module.

use crate::agent::AgentReport;
use crate::task::Threshold;
use crate::verify::Verdict;

/// The best that was verified so far.
pub(super) struct Best {
    pub(super) verdict: Verdict,
    pub(super) report: AgentReport,
    /// Iterations that were made in all.
    pub(super) iterations: u32,
}

impl Best {
    /// Whether the coverage reaches a threshold, decided on the counts.
    pub(super) fn meets(&self, threshold: Threshold) -> bool {
        let counts = &self.verdict.coverage.counts;
        threshold.is_met(counts.covered(), counts.total())
    }

    /// The better of two; the earlier one where they reach the same.
    pub(super) fn or_better(before: Option<Self>, now: Self) -> Self {
        match before {
            Some(before) if now.reached() <= before.reached() => {
                Self { iterations: now.iterations, ..before }
            }
            _ => now,
        }
    }

    fn reached(&self) -> u64 {
        self.verdict.coverage.counts.covered()
    }
}
