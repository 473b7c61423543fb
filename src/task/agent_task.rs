//! What is asked of an agent in its own words? An instruction, where it is carried out, and what becomes of the changes.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Context;

/// "Do this in a workspace."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentTask {
    /// What is to be done, as the user put it.
    pub instruction: String,
    /// Where.
    pub workspace: Ground,
    /// Whether the changes go to the project, all of them or none.
    pub apply: bool,
    /// The project and the agent, shared by all tasks of one generator.
    pub context: Arc<Context>,
}

/// What an agent begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ground {
    /// A copy of the project.
    #[default]
    Project,
    /// An empty folder.
    Empty,
}

impl Ground {
    /// The name in JSON and Python.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Empty => "empty",
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Ground {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        [Self::Project, Self::Empty]
            .into_iter()
            .find(|ground| ground.as_str() == name)
            .ok_or_else(|| format!("{name:?} is neither project (a copy of it) nor empty"))
    }
}
