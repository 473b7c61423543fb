//! What is an agent told that is to do something else than tests? An instruction, and what it begins with.

use super::Engagement;
use crate::sandbox::Workspace;
use crate::task::Ground;

/// Free-form work.
pub struct Errand<'a> {
    /// The terms.
    pub engagement: Engagement<'a>,
    /// What is to be done, as the user put it.
    pub instruction: &'a str,
    /// What the workspace is a copy of.
    pub ground: Ground,
    /// The workspace as it was before anybody worked in it.
    pub base: &'a Workspace,
}
