//! Runs tasks: submit, claim, run, retry, cancel, wait, clean up. Knows no Python, no HTTP and no terminal.
//!
//! One [`Engine`] serves a process and a store. Three kinds of spawned work, all owned and joined by
//! [`Engine::stop`]: the dispatcher claims tasks for idle workers and holds their attempts, housekeeping
//! promotes, rescues, prunes and looks for what other processes did, and the heartbeat renews the lease.

mod attempt;
mod backoff;
mod bell;
mod crew;
mod custom;
mod delivery;
mod dispatcher;
mod documents;
mod error;
mod events;
mod facade;
mod free_form;
mod housekeeping;
mod lease;
mod options;
mod outage;
mod outcome;
mod packing;
mod payload;
mod planning;
mod request;
mod shared;
mod terms;
mod testbed;
mod users;
mod view;
mod waiters;
mod watch;
mod watchers;

pub use error::{EngineError, InvalidRequest};
pub use facade::Engine;
pub use free_form::ErrandRequest;
pub use options::{EngineOptions, LeaseTerms, Pool};
pub use outcome::Finished;
pub use planning::planning_work;
pub use request::{Defaults, SubmitOptions, TestRequest};
pub use testbed::{Stuck, Testbed};
pub use view::{EventView, PageView, ResultView, StatusView};
