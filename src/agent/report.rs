//! What does an agent say of its work? Used for people and accounts, never as truth about what it did.

use serde::{Deserialize, Serialize};

use crate::task::{Failure, Usage};

/// An agent's account of one iteration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentReport {
    /// What it could not test, or what of its work did not come home, and why.
    pub left_out: Vec<LeftOut>,
    /// Which model worked, if one did.
    pub model: Option<String>,
    /// What it said last, of free-form work.
    pub message: Option<String>,
    /// What was used for the task so far, as far as it is known.
    pub usage: Usage,
    /// What stopped it before it was done, such as a limit of the task: there is no further iteration.
    pub stopped: Option<Failure>,
}

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The function, class, method or file.
    pub name: String,
    /// Why.
    pub reason: String,
}
