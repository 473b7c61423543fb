//! Plans and requirements as people and models write them, and what is wrong with them.

mod checking;
mod large;
mod making;
mod parsing;
mod prompts;
mod reading;
