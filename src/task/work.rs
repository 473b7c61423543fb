//! What is to be done? One variant a kind, carrying all that shapes its attempts, and never a key.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{AgentTask, ChatTerms, Documents, Kind, KindName, Lane, ParcelId, Planning, Remote, Webhook};

/// The work of one task. As JSON: `{"kind": …, "payload": …}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Write unit tests for one module.
    GenerateTests(Box<GenerateTests>),
    /// Do what an instruction says.
    AgentTask(Box<AgentTask>),
    /// Work on the documents of a project.
    Documents(Box<Documents>),
    /// Plan, or look at what is planned.
    Planning(Box<Planning>),
    /// Tell somebody of the end of a task.
    Webhook(Box<Webhook>),
    /// Nothing.
    Noop,
    /// What a user's own handler does.
    Custom(Box<Custom>),
}

impl Work {
    /// What sort of work it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::GenerateTests(_) => Kind::GenerateTests,
            Self::AgentTask(_) => Kind::AgentTask,
            Self::Documents(documents) => documents.kind(),
            Self::Planning(planning) => planning.tool.kind(),
            Self::Webhook(_) => Kind::Webhook,
            Self::Noop => Kind::Noop,
            Self::Custom(custom) => Kind::Custom(custom.kind.clone()),
        }
    }

    /// The project that it names, where it names one.
    #[must_use]
    pub fn project_id(&self) -> Option<String> {
        let custom = match self {
            Self::Custom(custom) => custom,
            Self::Documents(documents) => return Some(documents.project.id.clone()),
            Self::GenerateTests(_)
            | Self::AgentTask(_)
            | Self::Planning(_)
            | Self::Webhook(_)
            | Self::Noop => return None,
        };
        let payload: Map<String, Value> = serde_json::from_str(custom.payload.get()).ok()?;
        payload.get("project_id")?.as_str().map(str::to_owned)
    }

    /// What a worker must be able to do.
    #[must_use]
    pub fn lane(&self) -> Lane {
        match self {
            Self::GenerateTests(request) => Lane::of_agent(&Kind::GenerateTests, &request.context.agent),
            Self::AgentTask(request) => Lane::of_agent(&Kind::AgentTask, &request.context.agent),
            Self::Documents(documents) => documents.lane(),
            Self::Planning(planning) => planning.lane(),
            Self::Noop => Lane::of_kind(&Kind::Noop),
            Self::Webhook(webhook) => webhook.lane(),
            Self::Custom(_) => Lane::of_kind(&self.kind()),
        }
    }
}

impl Work {
    /// The project and the agent, where it has such that may travel: documents stay where they lie.
    #[must_use]
    pub fn context(&self) -> Option<&Arc<Context>> {
        match self {
            Self::GenerateTests(request) => Some(&request.context),
            Self::AgentTask(request) => Some(&request.context),
            Self::Documents(_) | Self::Planning(_) | Self::Webhook(_) | Self::Noop | Self::Custom(_) => None,
        }
    }

    /// Whether it follows the end of what it depends on, however that ended: others follow a completion only.
    #[must_use]
    pub fn follows_any_end(&self) -> bool {
        matches!(self, Self::Webhook(_))
    }

    /// Whether the same is to be done, however the project gets to where it is done: one that travels is packed anew once a
    /// file of it was written.
    #[must_use]
    pub fn asks_the_same(&self, other: &Self) -> bool {
        let (Some(ours), Some(theirs)) = (self.context(), other.context()) else { return self == other };
        if ours.travel == theirs.travel {
            return self == other;
        }
        let mut other = other.clone();
        if let Some(context) = other.context_mut() {
            *context = Arc::new(Context { travel: ours.travel, ..Context::clone(context) });
        }
        *self == other
    }

    /// Its context, to be replaced.
    pub fn context_mut(&mut self) -> Option<&mut Arc<Context>> {
        match self {
            Self::GenerateTests(request) => Some(&mut request.context),
            Self::AgentTask(request) => Some(&mut request.context),
            Self::Documents(_) | Self::Planning(_) | Self::Webhook(_) | Self::Noop | Self::Custom(_) => None,
        }
    }
}

/// Work for a user's own handler.
#[derive(Debug, Clone)]
pub struct Custom {
    /// Which handler.
    pub kind: KindName,
    /// What it gets: a JSON object, kept as text.
    pub payload: Box<RawValue>,
}

impl PartialEq for Custom {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.payload.get() == other.payload.get()
    }
}

impl Eq for Custom {}

/// "Write unit tests for this module, to that file, with at least this coverage."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerateTests {
    /// The module, relative to the project root, with `/`.
    pub module_path: String,
    /// The test file, relative to the project root, with `/`.
    pub output_path: String,
    /// Line and branch coverage to reach, in percent.
    pub coverage_threshold: Threshold,
    /// Whether a file that is not ours may be replaced.
    pub overwrite: bool,
    /// How often the agent may go on after a verification, from 1.
    pub max_iterations: u32,
    /// The project and the agent, shared by all tasks of one generator.
    pub context: Arc<Context>,
}

/// What all tasks of one generator share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The project, absolute.
    pub project_root: PathBuf,
    /// The project's interpreter, absolute.
    pub python: PathBuf,
    /// Where attempts live, absolute.
    pub workspace_root: PathBuf,
    /// Who writes the tests.
    pub agent: String,
    /// Whether a missing sandbox fails the task.
    pub require_sandbox: bool,
    /// How many faults in the module the tests must notice, in percent; 0 does not try.
    #[serde(default)]
    pub min_mutation_score: u8,
    /// How the project gets to where the task runs.
    #[serde(default, skip_serializing_if = "Travel::stays")]
    pub travel: Travel,
    /// What an OpenHands agent works with; `None` for the embedded one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<Box<Remote>>,
    /// The model that work on documents asks; `None` for the embedded way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<Box<ChatTerms>>,
}

/// How a project gets to where a task runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Travel {
    /// It is there, at the same path.
    #[default]
    Shared,
    /// The engine packs it when the task is submitted.
    ToBePacked {
        /// How many bytes it may take.
        limit: u64,
    },
    /// Packed, in the store; what is made comes back through the store too.
    Packed(ParcelId),
}

impl Travel {
    fn stays(&self) -> bool {
        *self == Self::Shared
    }
}

/// A coverage threshold in whole percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Threshold(u8);

impl Threshold {
    /// The default of the original: 80 %.
    pub const DEFAULT: Self = Self(80);

    /// The threshold in percent.
    #[must_use]
    pub fn percent(self) -> u8 {
        self.0
    }

    /// Whether `covered` of `total` reach it, decided on the counts and never on a rounded figure.
    #[must_use]
    pub fn is_met(self, covered: u64, total: u64) -> bool {
        covered * 100 >= u64::from(self.0) * total
    }
}

impl TryFrom<u8> for Threshold {
    type Error = String;

    fn try_from(percent: u8) -> Result<Self, Self::Error> {
        if percent <= 100 {
            Ok(Self(percent))
        } else {
            Err(format!("coverage_threshold must be a whole number from 0 to 100, not {percent}"))
        }
    }
}

impl From<Threshold> for u8 {
    fn from(threshold: Threshold) -> Self {
        threshold.0
    }
}
