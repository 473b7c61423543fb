//! Kind `generate_tests`: an agent writes, verification judges, the best that holds is published.
//!
//! The order is what keeps the promises: everything that can refuse the request is looked at before the agent
//! works, nothing of the agent's is believed, and nothing reaches the project before the lease is renewed.

mod best;
mod gap;
mod handler;
mod import_note;
mod iterations;
mod module;
mod namesake;
mod preparation;
mod result;
mod work;

pub(super) use best::Filled;
pub use handler::GenerateTestsHandler;
