//! Which settings hold, typed? One field a setting, checked and with absolute paths.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ipnet::IpNet;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::agent::{AgentChoice, EffectiveAgent, FilesChoice};
use super::chat::Chat;
use super::llm::Llm;
use super::model::ModelPreset;
use super::offers::Lookout;
use super::rule::{read_figures, read_networks};
use super::store::MigrateChoice;
use super::transfer::Transfer;
use crate::task::{Context, Kind, Labels, Remote, Travel};

/// How long what was planned is kept where nothing else is said, in seconds.
const PLANNING_RETENTION: f64 = 3600.0;

/// The settings that hold. What each is for stands in [`super::SETTINGS`]. Neither `Debug` nor `Serialize` shows
/// a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    /// The project under test, absolute and without links.
    pub project_root: PathBuf,
    /// The project's interpreter, absolute; links are kept.
    pub python: PathBuf,
    /// Where attempts and the default store live, absolute.
    pub workspace_root: PathBuf,
    /// Whether each task gets a workspace of its own.
    pub workspace_isolation: bool,
    /// How a task's project gets to the machine that runs it.
    pub project_transfer: Transfer,
    /// How much a packed project may take, in megabytes.
    pub snapshot_limit_mb: u32,
    /// The store's address, such as `memory:`, `sqlite:PATH` or `postgres://USER@HOST/DATABASE`.
    pub store: Address,
    /// Who brings an old schema of the store up to date.
    pub store_migrate: MigrateChoice,
    /// Whether nothing is written to the store.
    pub store_read_only: bool,
    /// How many connections to `PostgreSQL` there are at most, 2 to 100.
    pub store_connections: u32,
    /// How long a connection is waited for, in seconds.
    pub store_connect_seconds: f64,
    /// How long an operation is done again while the database is away, in seconds.
    pub store_retry_seconds: f64,
    /// How long one statement may take, in seconds.
    pub store_statement_seconds: f64,
    /// How long a statement waits for a lock, in seconds.
    pub store_lock_seconds: f64,
    /// How long a transaction may do nothing, in seconds.
    pub store_idle_seconds: f64,
    /// Who writes the tests, as it was chosen; see [`Settings::effective_agent`].
    pub agent: AgentChoice,
    /// Where an OpenHands agent server answers.
    pub server_url: Option<String>,
    /// An interpreter that has the agent server, absolute.
    pub openhands_python: Option<PathBuf>,
    /// The key of that server.
    #[serde(skip_serializing)]
    pub session_api_key: Option<SecretString>,
    /// How the server gets at the project's copy.
    pub server_files: FilesChoice,
    /// How many tasks work on the server at once.
    pub server_runs: u32,
    /// The model of an OpenHands agent; see [`Settings::llm`].
    pub llm_model: Option<String>,
    /// Models that take over from one that is rate-limited or used up, as `a,b`.
    pub llm_fallback_models: Option<String>,
    /// The key of its provider.
    #[serde(skip_serializing)]
    pub llm_api_key: Option<SecretString>,
    /// Where its provider answers.
    pub llm_base_url: Option<String>,
    /// What an OpenHands agent may spend on a task, in US dollars; 0 is no limit, here and below.
    pub max_cost_usd: f64,
    /// How many tokens it may use for a task.
    pub max_tokens: u64,
    /// How many steps it may take before its work is looked at.
    pub agent_steps: u32,
    /// How long it may say nothing new, in seconds.
    pub no_progress_seconds: u64,
    /// Whether the embedded agent's tests fill the gap that an OpenHands agent leaves.
    pub fill_gap: bool,
    /// How many tasks this process runs at once, 0 to 256.
    pub workers: u32,
    /// What the machine of this process has, as `a,b`; see [`Settings::labels`].
    pub labels: Option<String>,
    /// Networks that webhooks may go to though they are not public; see [`Settings::webhook_networks`].
    pub webhook_networks: Option<String>,
    /// How many tasks may wait; 0 is no limit, here and below.
    pub queue_size: u64,
    /// The same for one owner.
    pub queue_size_per_owner: u64,
    /// How many tasks may run at once in all processes.
    pub running_limit: u64,
    /// The same for one owner.
    pub running_limit_per_owner: u64,
    /// The same for some lanes, as `lane=number,…`.
    pub running_limit_per_lane: Option<String>,
    /// How often the agent may go on, 1 to 20.
    pub max_iterations: u32,
    /// Whether a missing sandbox fails the task.
    pub require_sandbox: bool,
    /// How many faults in the module the tests must notice, in percent; 0 does not try.
    pub min_mutation_score: u8,
    /// How long a call waits and an attempt may take, in seconds.
    pub default_timeout_seconds: f64,
    /// How often a task is tried again, 0 to 10.
    pub max_retries: u32,
    /// Seconds before the first retry.
    pub retry_base_delay: f64,
    /// How old a task of a dead process may be to go on, in seconds.
    pub resume_max_age_seconds: f64,
    /// How long finished tasks are kept, in seconds.
    pub retention_seconds: f64,
    /// The same for some kinds, as `kind=seconds,…`.
    pub retention_seconds_by_kind: Option<String>,
    /// The key of the model provider.
    #[serde(skip_serializing)]
    pub api_key: Option<SecretString>,
    /// Where the model provider answers.
    pub base_url: String,
    /// The model by a short name.
    pub model_preset: ModelPreset,
    /// The model by its full id; stands above the preset.
    pub custom_model_id: Option<String>,
    /// Whether an OpenHands agent may be used.
    pub enable_real_agent: bool,
    /// Whether the embedded agent steps in for an OpenHands agent that fails.
    pub fallback_to_mock: bool,
    /// Whether a failing provider is left alone for a while.
    pub circuit_breaker_enabled: bool,
    /// How many failures in a row open the circuit breaker.
    pub circuit_breaker_failure_threshold: u32,
    /// How long the circuit breaker stays open, in seconds.
    pub circuit_breaker_timeout_seconds: u32,
    /// Whether `auto` may take Docker whatever the generator says.
    pub use_docker_runtime: bool,
    /// The image of the OpenHands agent server.
    pub docker_image: String,
    /// Of earlier versions of OpenHands; not used.
    pub docker_runtime_image: String,
    /// How long a container may take until it answers, in seconds.
    pub docker_timeout: f64,
    /// Looks what this machine has for an OpenHands agent.
    #[serde(skip)]
    pub(super) lookout: Lookout,
}

impl Settings {
    /// The full id of the model: the custom one, else that of the preset.
    #[must_use]
    pub fn model_id(&self) -> &str {
        self.custom_model_id.as_deref().unwrap_or_else(|| self.model_preset.model_id())
    }

    /// The agent that these settings amount to, and the text of a warning where nobody chose it. Where that depends on
    /// what the machine has, it is looked for the first time, which takes a moment.
    #[must_use]
    pub fn effective_agent(&self) -> EffectiveAgent {
        EffectiveAgent::of(self)
    }

    /// Whether only a look at the machine tells which agent these settings amount to, and none was taken yet.
    #[must_use]
    pub fn needs_look(&self) -> bool {
        super::agent::needs_look(self)
    }

    /// The model of an OpenHands agent, with its key and address.
    #[must_use]
    pub fn llm(&self) -> Llm {
        Llm::of(self)
    }

    /// The model that work on documents asks, with its key and address, where there is one.
    #[must_use]
    pub fn chat(&self) -> Option<Chat> {
        Chat::of(self)
    }

    /// What the machine of this process has: it runs tasks that require nothing else.
    #[must_use]
    pub fn labels(&self) -> Labels {
        self.labels.as_deref().and_then(|labels| labels.parse().ok()).unwrap_or_default()
    }

    /// Networks that webhooks may go to though they are not public.
    #[must_use]
    pub fn webhook_networks(&self) -> Vec<IpNet> {
        self.webhook_networks.as_deref().and_then(read_networks).unwrap_or_default()
    }

    /// How many tasks of some lanes may run at once in all processes.
    #[must_use]
    pub fn running_limits_by_lane(&self) -> BTreeMap<String, u64> {
        self.running_limit_per_lane.as_deref().and_then(read_figures).unwrap_or_default()
    }

    /// How long an ended task of a kind is kept, in seconds.
    #[must_use]
    pub fn retention_of(&self, kind: &Kind) -> f64 {
        let by_kind = self.retention_seconds_by_kind.as_deref().and_then(read_figures).unwrap_or_default();
        let usual = if kind.is_of_planning() {
            self.retention_seconds.min(PLANNING_RETENTION)
        } else {
            self.retention_seconds
        };
        #[expect(clippy::cast_precision_loss, reason = "seconds of a retention are far below 2^52")]
        by_kind.get(kind.as_str()).map_or(usual, |seconds| *seconds as f64)
    }

    /// What all tasks submitted under these settings share.
    #[must_use]
    pub fn context(&self) -> Context {
        Context {
            project_root: self.project_root.clone(),
            python: self.python.clone(),
            workspace_root: self.workspace_root.clone(),
            agent: self.effective_agent().name.to_owned(),
            require_sandbox: self.require_sandbox,
            min_mutation_score: self.min_mutation_score,
            travel: match self.project_transfer {
                Transfer::Path => Travel::Shared,
                Transfer::Snapshot => {
                    Travel::ToBePacked { limit: u64::from(self.snapshot_limit_mb) * 1_000_000 }
                }
            },
            remote: self.remote().map(Box::new),
            chat: self.chat().map(|chat| Box::new(chat.terms)),
        }
    }

    /// What an OpenHands agent works with, where one is to write the tests.
    fn remote(&self) -> Option<Remote> {
        if self.effective_agent().name == AgentChoice::LOCAL {
            return None;
        }
        let limit = |number: u64| (number > 0).then_some(number);
        let llm = self.llm();
        Some(Remote {
            address: llm.address(),
            models: llm.models,
            max_micro_usd: limit(micro(self.max_cost_usd)),
            max_tokens: limit(self.max_tokens),
            steps: self.agent_steps,
            no_progress_seconds: self.no_progress_seconds,
            fill_gap: self.fill_gap,
            fallback: self.fallback_to_mock,
        })
    }
}

/// Millionths of a dollar, of which the smallest price is one at least.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rule keeps it within bounds"
)]
fn micro(usd: f64) -> u64 {
    (usd * 1e6).ceil() as u64
}
