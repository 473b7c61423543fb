//! Who writes the tests, as the settings have it?

use serde::{Deserialize, Serialize};

/// The setting `agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentChoice {
    /// The best that is configured; in this version always the embedded agent.
    Auto,
    /// The embedded agent, which needs no key, no server and no network.
    Local,
}

impl AgentChoice {
    /// What may be chosen.
    pub const NAMES: &[&str] = &["auto", "local"];
    /// What a later version will offer.
    pub const LATER: &[&str] = &["server", "docker"];
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
    /// The agent for these choices. Without a real agent allowed, `local` is a choice that somebody made.
    pub(super) fn of(choice: AgentChoice, has_key: bool, enable_real_agent: bool) -> Self {
        let reason = match choice {
            AgentChoice::Auto if enable_real_agent && has_key => Some(KEY_UNUSED),
            AgentChoice::Auto if enable_real_agent => Some(NONE_CONFIGURED),
            AgentChoice::Auto | AgentChoice::Local => None,
        };
        Self { name: "local", reason }
    }
}

const NONE_CONFIGURED: &str = "no OpenHands agent is configured: the embedded agent `local` writes the tests, \
    without key or network; choose it with OPENHANDS_AGENT=local (setting `agent`), and this warning ends";

const KEY_UNUSED: &str = "no OpenHands agent is configured: OPENROUTER_API_KEY is set, but this version has no \
    agent that uses it, so the embedded agent `local` writes the tests; choose it with OPENHANDS_AGENT=local \
    (setting `agent`), and this warning ends";
