//! What does an agent say of its work? Used for people and accounts, never as truth about the tests.

use serde::{Deserialize, Serialize};

/// An agent's account of one iteration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentReport {
    /// What it could not test, and why.
    pub left_out: Vec<LeftOut>,
    /// Which model worked, if one did.
    pub model: Option<String>,
    /// What it used, as far as it is known.
    pub usage: Usage,
}

/// Something that has no test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The function, class or method.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What was used. Unknown is `None`, never 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Usage {
    /// Money, in US dollars.
    pub cost_usd: Option<f64>,
    /// Tokens read by the model.
    pub prompt_tokens: Option<u64>,
    /// Tokens written by the model.
    pub completion_tokens: Option<u64>,
}
