//! What must a worker be able to do to run a task? A lane: the kind of work and the agent that does it.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::Kind;

/// `kind` or `kind/agent`: workers claim by lane, so that a process never takes what it cannot run.
/// Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(Arc<str>);

impl Lane {
    /// The lane of a kind that needs no agent.
    #[must_use]
    pub fn of_kind(kind: &Kind) -> Self {
        match kind {
            Kind::Custom(name) => Self(name.shared()),
            ours => Self(ours.as_str().into()),
        }
    }

    /// The lane of a kind done by a named agent.
    #[must_use]
    pub fn of_agent(kind: &Kind, agent: &str) -> Self {
        /// That of nearly every submission, made once.
        static USUAL: LazyLock<Lane> = LazyLock::new(|| Lane("generate_tests/local".into()));

        if (kind, agent) == (&Kind::GenerateTests, "local") {
            return USUAL.clone();
        }
        Self(format!("{kind}/{agent}").into())
    }

    /// Whether it is for work of this kind.
    #[must_use]
    pub fn is_of(&self, kind: &Kind) -> bool {
        self.0.split('/').next() == Some(kind.as_str())
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
