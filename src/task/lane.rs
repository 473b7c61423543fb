//! What must a worker be able to do to run a task? A lane: the kind of work and the agent that does it.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

/// What sort of work a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Write unit tests for one Python module, verified.
    GenerateTests,
    /// Nothing at all: `doctor` and the benches send it through the engine to see that it moves.
    Noop,
}

impl Kind {
    /// Every kind this build can run.
    pub const ALL: [Self; 2] = [Self::GenerateTests, Self::Noop];

    /// The name in JSON, SQL and Python.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GenerateTests => "generate_tests",
            Self::Noop => "noop",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("kind {name:?} is unknown: use one of {known}")
        })
    }
}

/// `kind` or `kind/agent`: workers claim by lane, so that a process never takes what it cannot run.
/// Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(Arc<str>);

impl Lane {
    /// The lane of a kind that needs no agent.
    #[must_use]
    pub fn of_kind(kind: Kind) -> Self {
        Self(kind.as_str().into())
    }

    /// The lane of a kind done by a named agent.
    #[must_use]
    pub fn of_agent(kind: Kind, agent: &str) -> Self {
        /// That of nearly every submission, made once.
        static USUAL: LazyLock<Lane> = LazyLock::new(|| Lane("generate_tests/local".into()));

        if (kind, agent) == (Kind::GenerateTests, "local") {
            return USUAL.clone();
        }
        Self(format!("{kind}/{agent}").into())
    }

    /// The lane as it stands in the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Lane {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}
