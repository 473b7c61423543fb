//! What is an agent told that has an errand? Where it works, what becomes of its work, and the user's own words.

use crate::agent::Errand;
use crate::task::Ground;

/// The first message of a conversation, for an agent that works in `folder`.
pub(super) fn instruction(errand: &Errand<'_>, folder: &str) -> String {
    let ground = match errand.ground {
        Ground::Project => "a copy of a project, yours to change",
        Ground::Empty => "empty, yours to fill",
    };
    format!(
        "Do the task below.\n\n\
         - Folder: {folder}\n\
         - It is {ground}.\n\n\
         Rules:\n\
         - Work in this folder only: what you write elsewhere is thrown away.\n\
         - What counts are the files in it when you finish. Make no commits: version control is not looked at.\n\
         - Nobody answers questions. Where something is open, choose, and say so at the end.\n\
         - Finish with a few sentences on what you did.\n\n\
         The task:\n\n\
         {task}\n",
        task = errand.instruction,
    )
}

/// The message with which a conversation goes on.
pub(super) fn go_on(errand: &Errand<'_>) -> String {
    format!("Go on with the task, under the same rules:\n\n{}\n", errand.instruction)
}
