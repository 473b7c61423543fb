//! Who writes the tests, as the settings have it?

use serde::{Deserialize, Serialize};

use super::error::ConfigError;
use super::settings::Settings;

/// The setting `agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentChoice {
    /// The best that is configured: the server, else the embedded agent.
    Auto,
    /// The embedded agent, which needs no key, no server and no network.
    Local,
    /// An OpenHands agent server that somebody runs.
    Server,
}

impl AgentChoice {
    /// What may be chosen.
    pub const NAMES: &[&str] = &["auto", Self::LOCAL, Self::SERVER];
    /// What a later version will offer.
    pub const LATER: &[&str] = &["docker"];
    /// The name of the embedded agent.
    pub const LOCAL: &str = "local";
    /// The name of the agent of a server.
    pub const SERVER: &str = "server";
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
        let server = Self { name: AgentChoice::SERVER, reason: None };
        let is_complete = settings.llm().is_complete(settings);
        match settings.agent {
            AgentChoice::Local => local(None),
            _ if !settings.enable_real_agent => local(None),
            AgentChoice::Server => server,
            AgentChoice::Auto => match (settings.server_url.is_some(), is_complete) {
                (true, true) => server,
                (true, false) => local(Some(KEY_MISSING)),
                (false, true) => local(Some(SERVER_MISSING)),
                (false, false) => local(Some(NONE_CONFIGURED)),
            },
        }
    }
}

/// Refuses a server that was named and lacks what it needs.
pub(super) fn check(settings: &Settings) -> Result<(), ConfigError> {
    if let Some(stranger) = settings.llm().stranger() {
        return Err(ConfigError::Stranger { model: stranger.to_owned() });
    }
    if settings.agent != AgentChoice::Server || !settings.enable_real_agent {
        return Ok(());
    }
    if settings.server_url.is_none() {
        return Err(ConfigError::Incomplete {
            missing: "server_url",
            hint: "set OPENHANDS_SERVER_URL to where the agent server answers, such as http://127.0.0.1:8000",
        });
    }
    if !settings.llm().is_complete(settings) {
        return Err(ConfigError::Incomplete {
            missing: "a model key",
            hint: "set LLM_API_KEY with LLM_MODEL, or OPENROUTER_API_KEY; a model without a key needs LLM_BASE_URL",
        });
    }
    Ok(())
}

const NONE_CONFIGURED: &str = "no OpenHands agent is configured: the embedded agent `local` writes the tests, \
    without key or network; choose it with OPENHANDS_AGENT=local (setting `agent`), and this warning ends";

const SERVER_MISSING: &str = "no OpenHands agent is configured: a model key is set, but no server \
    (OPENHANDS_SERVER_URL), so the embedded agent `local` writes the tests; choose it with OPENHANDS_AGENT=local \
    (setting `agent`), and this warning ends";

const KEY_MISSING: &str = "no OpenHands agent is configured: a server is set (OPENHANDS_SERVER_URL), but no model \
    key (LLM_API_KEY with LLM_MODEL, or OPENROUTER_API_KEY), so the embedded agent `local` writes the tests; choose \
    it with OPENHANDS_AGENT=local (setting `agent`), and this warning ends";
