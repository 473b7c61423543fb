//! On which terms does an agent work? The same whatever it is asked for.

use std::time::Duration;

use super::Notes;
use crate::sandbox::Workspace;
use crate::task::{Remote, TaskId};

/// What an agent has for one iteration of its work.
pub struct Engagement<'a> {
    /// The task that it belongs to.
    pub task: TaskId,
    /// Which iteration, from 1.
    pub iteration: u32,
    /// What an OpenHands agent works with; `None` for the embedded one.
    pub remote: Option<&'a Remote>,
    /// What is kept with the task.
    pub notes: &'a dyn Notes,
    /// The agent's own folder.
    pub workspace: &'a Workspace,
    /// How much time is left.
    pub time_left: Duration,
    /// Takes a line about what the agent does.
    pub progress: &'a (dyn Fn(String) + Send + Sync),
}
