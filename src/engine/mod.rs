//! Runs tasks: submit, claim, run, retry, cancel, wait, clean up. Knows no Python, no HTTP and no terminal.
//!
//! One [`Engine`] serves a process and a store. Three kinds of spawned work, all owned and joined by
//! [`Engine::stop`]: the dispatcher claims tasks for idle workers and holds their attempts, housekeeping
//! promotes, rescues and prunes, and the watch looks for completions by other processes while someone waits.

mod attempt;
mod backoff;
mod crew;
mod custom;
mod dispatcher;
mod error;
mod facade;
mod housekeeping;
mod options;
mod outcome;
mod request;
mod shared;
mod view;
mod waiters;
mod watch;

pub use error::{EngineError, InvalidRequest};
pub use facade::Engine;
pub use options::{EngineOptions, Pool};
pub use outcome::Finished;
pub use request::{SubmitOptions, TestRequest};
pub use view::{PageView, ResultView, StatusView};
