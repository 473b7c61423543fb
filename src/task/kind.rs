//! What sort of work is a task? A kind of ours, or one that a user registered a handler for, by its name.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What sort of work a task is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Write unit tests for one Python module, verified.
    GenerateTests,
    /// What an instruction says, done by an agent in a workspace; not verified.
    AgentTask,
    /// Make a matrix of what a requirements document asks for.
    GenerateRtm,
    /// Draft test cases of requirements.
    GenerateTestCases,
    /// Hold requirements against test cases, or run the tests of a module.
    CoverageAnalysis,
    /// Make an implementation plan of a requirement.
    PlanGeneration,
    /// Read the requirements of a text.
    RequirementsParsing,
    /// Check a plan.
    PlanValidation,
    /// Tell somebody of the end of a task; nobody submits it but the service.
    Webhook,
    /// Nothing at all: `doctor` and the benches send it through the engine to see that it moves.
    Noop,
    /// What a user's own handler does.
    Custom(KindName),
}

impl Kind {
    /// The kinds that every build can run.
    pub const BUILT_IN: [Self; 10] = [
        Self::GenerateTests,
        Self::AgentTask,
        Self::GenerateRtm,
        Self::GenerateTestCases,
        Self::CoverageAnalysis,
        Self::PlanGeneration,
        Self::RequirementsParsing,
        Self::PlanValidation,
        Self::Webhook,
        Self::Noop,
    ];
    /// What is done with the files of a project by whoever registers a handler for it.
    pub const FILE_PROCESSING: &str = "file_processing";

    /// The name in JSON, SQL and Python.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::GenerateTests => "generate_tests",
            Self::AgentTask => "agent_task",
            Self::GenerateRtm => "generate_rtm",
            Self::GenerateTestCases => "generate_test_cases",
            Self::CoverageAnalysis => "coverage_analysis",
            Self::PlanGeneration => "plan_generation",
            Self::RequirementsParsing => "requirements_parsing",
            Self::PlanValidation => "plan_validation",
            Self::Webhook => "webhook",
            Self::Noop => "noop",
            Self::Custom(name) => name.as_str(),
        }
    }

    /// Whether it is work on the documents of a project: quick, in a pool of its own, and never tried again by itself.
    #[must_use]
    pub fn is_of_documents(&self) -> bool {
        matches!(self, Self::GenerateRtm | Self::GenerateTestCases | Self::CoverageAnalysis)
    }

    /// Whether it is work of the planning tools: quick, in a pool of its own, kept for an hour.
    #[must_use]
    pub fn is_of_planning(&self) -> bool {
        matches!(self, Self::PlanGeneration | Self::RequirementsParsing | Self::PlanValidation)
    }

    /// Whether nobody asks for it: it is ours, for ourselves.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::Webhook | Self::Noop)
    }

    fn built_in(name: &str) -> Option<Self> {
        Self::BUILT_IN.into_iter().find(|kind| kind.as_str() == name)
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
        Self::built_in(name).map_or_else(|| name.parse().map(Self::Custom), Ok)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The name of a user's kind: a lower-case letter, then at most 63 of `a-z`, `0-9` and `_`; never one of ours.
/// Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindName(Arc<str>);

/// The longest name.
const LONGEST: usize = 64;

impl KindName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same text, shared.
    pub(super) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for KindName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for KindName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if Kind::built_in(name).is_some() {
            return Err(format!("kind {name:?} is one of ours: choose another name"));
        }
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins_well = name.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
        if begins_well && name.len() <= LONGEST && name.bytes().all(is_plain) {
            return Ok(Self(name.into()));
        }
        let shown: String = name.chars().take(LONGEST).collect();
        Err(format!(
            "kind {shown:?} is no name of a kind: a lower-case letter, then at most {} of a-z, 0-9 and _",
            LONGEST - 1
        ))
    }
}
