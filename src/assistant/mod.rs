//! What does somebody who writes in sentences want, and what are they told? Prompts become planning tasks, and tasks texts;
//! Python and the command share it.

mod asking;
mod desk;
mod figures;
mod instruction;
mod mode;
mod prompt;
mod reply;
mod subject;

pub use desk::{Assistant, Kept, Memory, SYNC_LIMIT};
pub use mode::Mode;
pub use prompt::{Job, Reading, Why, Wish, read_prompt};
pub use reply::{
    Standing, answer_text, asked_for, overdue_text, standing_text, submitted_text, unknown_text,
};
