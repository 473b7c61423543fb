//! What does an OpenHands agent work with? The model and the limits of one task, and never a key.

use serde::{Deserialize, Serialize};

/// The terms on which an OpenHands agent works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    /// The full id of the model, then of those that take over when one is rate-limited or used up; never none.
    pub models: Vec<String>,
    /// Where its provider answers, without a password; `None` for where its name says. A process whose key
    /// belongs elsewhere does not send it there.
    #[serde(default)]
    pub address: Option<String>,
    /// What may be spent, in millionths of a US dollar.
    #[serde(default)]
    pub max_micro_usd: Option<u64>,
    /// How many tokens the model may read and write.
    #[serde(default)]
    pub max_tokens: Option<u64>,
    /// How many steps of its own the agent may take in one iteration.
    pub steps: u32,
    /// How long it may say nothing new.
    pub no_progress_seconds: u64,
    /// Whether the embedded agent's tests fill the gap.
    pub fill_gap: bool,
    /// Whether the embedded agent steps in where this one fails.
    pub fallback: bool,
}
