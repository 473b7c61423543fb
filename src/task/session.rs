//! What of a task lives outside of us, on a server? Kept with the task before it is made, so that whoever goes on with
//! the task finds it, and whoever ends the task can end it too.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Usage;

/// One conversation of one task on an agent server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Where the server answers, without a password; of one that we keep up, a name that stays.
    pub server: String,
    /// The id of the conversation there, of our own making.
    pub conversation: Uuid,
    /// Which iteration it works on, from 1.
    pub iteration: u32,
    /// Which of the task's models works there, from 0.
    #[serde(default)]
    pub model: u32,
    /// How many conversations went before it because they were stuck.
    pub fresh_starts: u32,
    /// What those used.
    pub spent_before: Usage,
}
