//! How do models fare? What each did in one attempt, and the sum of that over all attempts of a store.

use serde::{Deserialize, Serialize};

/// What one model did in one attempt of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRun {
    /// Its full id.
    pub model: Box<str>,
    /// What its work came to.
    pub ending: RunEnding,
    /// How often its provider asked to slow down, or its account was used up.
    pub rate_limits: u32,
    /// What it cost, as far as that is known.
    pub cost_usd: Option<f64>,
}

/// What the work of a model came to in one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnding {
    /// To what was asked for, with this model at work last.
    Success,
    /// To something else.
    Failure,
    /// To nothing that could be told: it was stopped on request, or goes on elsewhere.
    Stopped,
}

/// The figures of one model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelFigures {
    /// Attempts of tasks in which it worked, but for those that were stopped from outside.
    pub runs: u64,
    /// Those that came to what was asked for, with this model at work last.
    pub successes: u64,
    /// How often its provider asked to slow down, or its account was used up.
    pub rate_limits: u64,
    /// What it cost, in US dollars, where that was known; `None` where it never was.
    pub cost_usd: Option<f64>,
}

impl ModelFigures {
    /// Counts one more attempt.
    pub fn count(&mut self, run: &ModelRun) {
        self.runs += u64::from(run.ending != RunEnding::Stopped);
        self.successes += u64::from(run.ending == RunEnding::Success);
        self.rate_limits += u64::from(run.rate_limits);
        self.cost_usd = match (self.cost_usd, run.cost_usd) {
            (Some(before), Some(now)) => Some(before + now),
            (before, now) => before.or(now),
        };
    }
}
