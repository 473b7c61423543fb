//! How far is a running task? A stage, a step of so many, and a line for people.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an attempt is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Resolving paths and copying the project.
    Preparing,
    /// The agent writes.
    Agent,
    /// We run what the agent wrote.
    Verifying,
    /// The verified file goes to its place.
    Publishing,
    /// A user's own handler runs.
    Working,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Preparing => "preparing",
            Self::Agent => "agent",
            Self::Verifying => "verifying",
            Self::Publishing => "publishing",
            Self::Working => "working",
        })
    }
}

/// One report from a running attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What the attempt is doing.
    pub stage: Stage,
    /// One line for people, such as `exploring: 41 of 60 lines reached`.
    pub message: String,
    /// Which iteration, from 1.
    pub iteration: u32,
    /// How many iterations there may be.
    pub max_iterations: u32,
    /// How much is done, where a user's handler counts.
    #[serde(default)]
    pub done: Option<u64>,
    /// How much there is to do, where it knows.
    #[serde(default)]
    pub total: Option<u64>,
}

impl Progress {
    /// What an attempt says that goes in iterations.
    #[must_use]
    pub fn of_iteration(stage: Stage, message: String, iteration: u32, max_iterations: u32) -> Self {
        Self { stage, message, iteration, max_iterations, done: None, total: None }
    }

    /// What a user's handler says.
    #[must_use]
    pub fn working(message: impl Into<String>, done: Option<u64>, total: Option<u64>) -> Self {
        Self { stage: Stage::Working, message: message.into(), iteration: 1, max_iterations: 1, done, total }
    }

    /// What is being done now, as one step of several: `done` of them have ended.
    #[must_use]
    pub fn of_step(step: impl Into<String>, done: u64, total: u64) -> Self {
        Self::working(step, Some(done), Some(total))
    }

    /// What is being done now, in a word or a line.
    #[must_use]
    pub fn current_step(&self) -> &str {
        &self.message
    }

    /// How many steps there are, where that is known: those that are counted, else iterations.
    #[must_use]
    pub fn total_steps(&self) -> Option<u64> {
        match self.stage {
            Stage::Working => self.total,
            _ => Some(u64::from(self.max_iterations)),
        }
    }

    /// How much is done, in percent and below 100 as long as it runs; of iterations, those that have ended.
    #[must_use]
    pub fn percentage(&self) -> Option<u8> {
        let done = match self.stage {
            Stage::Working => self.done?,
            _ => u64::from(self.iteration.saturating_sub(1)),
        };
        let total = self.total_steps().filter(|total| *total > 0)?;
        let percent = u128::from(done) * 100 / u128::from(total);
        Some(u8::try_from(percent).unwrap_or(99).min(99))
    }

    /// Where it stands: `iteration 2 of 3`; of a user's handler `30 of 100` or `30`, if it counts.
    #[must_use]
    pub fn position(&self) -> Option<String> {
        match (self.stage, self.done, self.total) {
            (Stage::Working, Some(done), Some(total)) => Some(format!("{done} of {total}")),
            (Stage::Working, done, _) => done.map(|done| done.to_string()),
            _ => Some(format!("iteration {} of {}", self.iteration, self.max_iterations)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_as_they_end() {
        let step = Progress::of_step("reading", 1, 3);
        assert_eq!(
            (step.current_step(), step.total_steps(), step.percentage()),
            ("reading", Some(3), Some(33))
        );
        assert_eq!(Progress::of_step("writing", 3, 3).percentage(), Some(99), "it still runs");
        assert_eq!(Progress::of_iteration(Stage::Agent, String::new(), 2, 4).percentage(), Some(25));
        assert_eq!(Progress::working("counting", Some(7), None).percentage(), None);
        assert_eq!(Progress::working("counting", Some(7), Some(0)).percentage(), None);
    }
}
