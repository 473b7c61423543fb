//! The command `openhands-testgen`: another face of the engine. Knows no Python: [`run`] gets its arguments and a
//! [`Host`], and answers an exit code.
//!
//! `run` is the way of every run and `arguments` what can be said; each verb has a file of its name. The verbs share
//! `session` (settings, store, engine), `attend` and `follow` (staying with tasks), `handover` and `interrupt`
//! (leaving them to another process), `describe`, `report`, `github`, `progress` and `output` (telling people and
//! programs). `workflow` hands over to the Python package, through the [`Host`].

mod arguments;
mod attend;
mod cancel;
mod completions;
mod config;
mod describe;
mod doctor;
mod documents;
mod errand;
mod error;
mod exit;
mod follow;
mod format;
mod generate;
mod github;
mod handover;
mod interrupt;
mod keys;
mod lines;
mod list;
mod logs;
mod mcp;
mod migrate;
mod modules;
mod output;
mod plan;
mod progress;
mod projects;
mod report;
mod results;
mod retry;
mod run;
mod serve;
mod session;
mod signals;
mod stats;
mod status;
mod submission;
mod submit;
mod values;
mod worker;
mod workers;
mod workflow;

pub use exit::Exit;
pub use run::run;
pub use session::{Host, UserHandlers};
pub use workflow::WorkflowRequest;
