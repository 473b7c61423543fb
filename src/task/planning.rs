//! What is to be planned? One text, and what is wanted of it: a plan, requirements, or a check.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ChatTerms, Context, Kind, Lane};

/// Work of the planning tools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planning {
    /// What is wanted.
    pub tool: PlanningTool,
    /// What it is made from.
    pub text: String,
    /// The model or the agent that is asked, where one is.
    pub context: Arc<Context>,
}

/// What can be wanted of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanningTool {
    /// An implementation plan of a requirement.
    GenerateImplementationPlan,
    /// The requirements that a text holds.
    ParseRequirements,
    /// What is wrong with a plan.
    ValidatePlan,
}

impl PlanningTool {
    /// All of them.
    pub const ALL: [Self; 3] =
        [Self::GenerateImplementationPlan, Self::ParseRequirements, Self::ValidatePlan];

    /// The name by which people and models call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GenerateImplementationPlan => "generate_implementation_plan",
            Self::ParseRequirements => "parse_requirements",
            Self::ValidatePlan => "validate_plan",
        }
    }

    /// The tool of a name, also by that of its submission (`submit_plan_generation`) or of its kind (`plan_generation`).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let bare = name.strip_prefix("submit_").unwrap_or(name);
        Self::ALL.into_iter().find(|tool| name == tool.as_str() || bare == tool.kind().as_str())
    }

    /// The sort of its tasks.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::GenerateImplementationPlan => Kind::PlanGeneration,
            Self::ParseRequirements => Kind::RequirementsParsing,
            Self::ValidatePlan => Kind::PlanValidation,
        }
    }

    /// The name of the text in payloads and arguments.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::GenerateImplementationPlan => "requirement",
            Self::ParseRequirements => "requirements_text",
            Self::ValidatePlan => "plan_text",
        }
    }
}

impl fmt::Display for PlanningTool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Planning {
    /// Who works lanes of models in results and lanes.
    pub const MODEL: &str = "model";

    /// The model that is asked, if one is.
    #[must_use]
    pub fn chat(&self) -> Option<&ChatTerms> {
        self.context.chat.as_deref()
    }

    /// Whether an agent of a server is asked: where there is one, and no model that can be asked directly.
    #[must_use]
    pub fn is_for_agent(&self) -> bool {
        self.context.chat.is_none() && self.context.remote.is_some()
    }

    /// What a worker must be able to do.
    #[must_use]
    pub fn lane(&self) -> Lane {
        let kind = self.tool.kind();
        match self.chat() {
            Some(_) => Lane::of_agent(&kind, Self::MODEL),
            None if self.is_for_agent() => Lane::of_agent(&kind, &self.context.agent),
            None => Lane::of_kind(&kind),
        }
    }
}
