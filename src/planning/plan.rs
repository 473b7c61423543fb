//! What does a plan hold? Phases of tasks, what these wait for and take, the requirements that they meet, and risks.

use serde::{Deserialize, Serialize};

use crate::requirements::Level;

/// A plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What it is a plan of.
    pub title: String,
    /// It in some sentences; empty where nothing is said.
    #[serde(default)]
    pub summary: String,
    /// What it is to meet, where that has ids.
    #[serde(default)]
    pub requirements: Vec<PlanRequirement>,
    /// Its phases, in their order.
    pub phases: Vec<Phase>,
    /// What may go wrong.
    #[serde(default)]
    pub risks: Vec<Risk>,
    /// What somebody has to answer before it can be carried out.
    #[serde(default)]
    pub open_questions: Vec<String>,
}

/// A requirement that a plan is to meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRequirement {
    /// Its id.
    pub id: String,
    /// What it says.
    #[serde(default)]
    pub text: String,
    /// Where it stands, from 1; `None` where there is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// One part of a plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// Its id, such as `Phase 1`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What is to be done in it.
    #[serde(default)]
    pub tasks: Vec<PlanTask>,
    /// Where it stands, from 1; `None` where there is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// One piece of work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanTask {
    /// Its id, such as `T1`.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// The tasks, or whole phases, that come before it, by their ids.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// How long one person takes, in days; `None` where nobody has said it.
    #[serde(default)]
    pub estimate_days: Option<f64>,
    /// The requirements that it meets, by their ids.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// What tells that it is done.
    #[serde(default)]
    pub done_when: Vec<String>,
    /// Where it stands, from 1; `None` where there is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// What may go wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// What it is.
    pub description: String,
    /// How likely it is; `None` where nobody has said it.
    #[serde(default)]
    pub likelihood: Option<Level>,
    /// How bad it would be; `None` where nobody has said it.
    #[serde(default)]
    pub impact: Option<Level>,
    /// What is done about it.
    #[serde(default)]
    pub mitigation: Option<String>,
}

impl Plan {
    /// All tasks, in their order.
    pub fn tasks(&self) -> impl Iterator<Item = &PlanTask> {
        self.phases.iter().flat_map(|phase| &phase.tasks)
    }

    /// How long one person takes for all that has an estimate, in days; `None` where nothing has.
    #[must_use]
    pub fn estimated_days(&self) -> Option<f64> {
        self.tasks().filter_map(|task| task.estimate_days).reduce(|sum, days| sum + days)
    }
}
