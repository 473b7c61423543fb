//! Kinds `generate_rtm`, `generate_test_cases` and `coverage_analysis`: what a project asks for, what tests that, and how far.
//!
//! The embedded way says what the documents say and nothing else. Where a model is asked instead, its answer is held against
//! a schema and against the documents. Test cases are drafts until a person has written them: nothing is asserted that nobody
//! has looked at.

mod analysis;
mod artifacts;
mod asking;
mod check;
mod handler;
mod links;
mod matrix;
mod mentions;
mod module_run;
mod module_tests;
mod python;
mod source;
mod test_cases;

pub(in crate::kinds) use asking::{Row, check_rows};
pub use handler::DocumentsHandler;
