//! Who writes the tests, as the settings have it?

use serde::{Deserialize, Serialize};

use super::error::ConfigError;
use super::settings::Settings;

/// The setting `agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentChoice {
    /// The best that there is: the server, Docker, a server of our own, else the embedded agent.
    Auto,
    /// The embedded agent, which needs no key, no server and no network.
    Local,
    /// An OpenHands agent server: that somebody runs, else one of our own.
    Server,
    /// An OpenHands agent server in a container of ours.
    Docker,
}

impl AgentChoice {
    /// What may be chosen.
    pub const NAMES: &[&str] = &["auto", Self::LOCAL, Self::SERVER, Self::DOCKER];
    /// The name of the embedded agent.
    pub const LOCAL: &str = "local";
    /// The name of the agent of a server.
    pub const SERVER: &str = "server";
    /// The name of the agent in a container.
    pub const DOCKER: &str = "docker";
}

/// The setting `server_files`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilesChoice {
    /// By the server's address: shared on this machine, else uploaded.
    Auto,
    /// The server sees our folders under the same path.
    Shared,
    /// Files go there and back over HTTP.
    Upload,
}

impl FilesChoice {
    /// What may be chosen.
    pub const NAMES: &[&str] = &["auto", "shared", "upload"];
}

/// The agent that the settings amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveAgent {
    /// Its name, as in results and lanes.
    pub name: &'static str,
    /// Why it is not what one might expect, and how to choose: the text of one warning. `None` for a choice
    /// that somebody made.
    pub reason: Option<&'static str>,
}

impl EffectiveAgent {
    /// The agent for these settings. Without a real agent allowed, `local` is a choice that somebody made.
    pub(super) fn of(settings: &Settings) -> Self {
        let local = |reason| Self { name: AgentChoice::LOCAL, reason };
        let named = |name| Self { name, reason: None };
        match settings.agent {
            AgentChoice::Local => local(None),
            _ if !settings.enable_real_agent => local(None),
            AgentChoice::Server => named(AgentChoice::SERVER),
            AgentChoice::Docker => named(AgentChoice::DOCKER),
            AgentChoice::Auto => {
                let is_complete = settings.llm().is_complete(settings);
                match (settings.server_url.is_some(), is_complete) {
                    (true, true) => named(AgentChoice::SERVER),
                    (true, false) => local(Some(KEY_MISSING)),
                    (false, true) => match settings.lookout.offers(settings) {
                        offers if offers.has_docker() => named(AgentChoice::DOCKER),
                        offers if offers.has_own_server() => named(AgentChoice::SERVER),
                        _ => local(Some(SERVER_MISSING)),
                    },
                    (false, false) => local(Some(NONE_CONFIGURED)),
                }
            }
        }
    }
}

/// Whether only a look at the machine tells which agent these settings amount to.
pub(super) fn needs_look(settings: &Settings) -> bool {
    settings.agent == AgentChoice::Auto
        && settings.enable_real_agent
        && settings.server_url.is_none()
        && settings.llm().is_complete(settings)
        && settings.lookout.has_to_look()
}

/// Refuses an agent that was named and lacks what it needs.
pub(super) fn check(settings: &Settings) -> Result<(), ConfigError> {
    if let Some(stranger) = settings.llm().stranger() {
        return Err(ConfigError::Stranger { model: stranger.to_owned() });
    }
    let agent = match settings.agent {
        AgentChoice::Server if settings.enable_real_agent => AgentChoice::SERVER,
        AgentChoice::Docker if settings.enable_real_agent => AgentChoice::DOCKER,
        _ => return Ok(()),
    };
    let is_nowhere = settings.server_url.is_none() && settings.openhands_python.is_none();
    if agent == AgentChoice::SERVER && is_nowhere {
        return Err(ConfigError::Incomplete {
            agent,
            missing: "server_url",
            hint: "set OPENHANDS_SERVER_URL to where the agent server answers, such as http://127.0.0.1:8000, or \
                   OPENHANDS_PYTHON to an interpreter that has openhands-agent-server, for one of our own",
        });
    }
    if !settings.llm().is_complete(settings) {
        return Err(ConfigError::Incomplete {
            agent,
            missing: "a model key",
            hint: "set LLM_API_KEY with LLM_MODEL, or OPENROUTER_API_KEY; a model without a key needs LLM_BASE_URL",
        });
    }
    Ok(())
}

const NONE_CONFIGURED: &str = "no OpenHands agent is configured: the embedded agent `local` writes the tests, \
    without key or network; choose it with OPENHANDS_AGENT=local (setting `agent`), and this warning ends";

const SERVER_MISSING: &str = "no OpenHands agent is configured: a model key is set, but there is no server \
    (OPENHANDS_SERVER_URL), no Docker with its image, and no interpreter with the agent server in a sandbox \
    (OPENHANDS_PYTHON), so the embedded agent `local` writes the tests; `openhands-testgen doctor` says what each \
    lacks; choose it with OPENHANDS_AGENT=local (setting `agent`), and this warning ends";

const KEY_MISSING: &str = "no OpenHands agent is configured: a server is set (OPENHANDS_SERVER_URL), but no model \
    key (LLM_API_KEY with LLM_MODEL, or OPENROUTER_API_KEY), so the embedded agent `local` writes the tests; choose \
    it with OPENHANDS_AGENT=local (setting `agent`), and this warning ends";
