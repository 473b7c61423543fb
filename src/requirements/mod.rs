//! What does a requirements document ask for? Markdown is read into requirements, and these into a matrix, into test
//! cases, and into figures of what is covered. Pure: texts in, data and texts out.

mod blocks;
mod cases;
mod category;
mod coverage;
mod draft;
mod fields;
mod html;
mod id;
mod level;
mod lines;
mod matrix;
mod notes;
mod open;
mod reader;
mod remarks;
mod requirement;
mod sections;
mod table;

pub(crate) use blocks::{Block, Line, blocks};
pub use cases::{CaseForm, TestCase, derive_cases};
pub use category::Category;
pub use coverage::{Covered, LinkedCase, RequirementCoverage, cover};
pub(crate) use id::{Lead, Leads, is_whole_id};
pub use level::Level;
pub(crate) use level::plain;
pub use matrix::{markdown, row_of};
pub(crate) use notes::last_brackets;
pub use reader::read;
pub(crate) use requirement::one_line;
pub use requirement::{Criterion, Document, Requirement, Unread};
