//! What each kind of task does: one handler a kind, built from agents and verification.

mod attempt;
mod generate_tests;
mod noop;
mod process;
mod reporter;
mod scripted;
mod stop;

pub use attempt::{Attempt, Handler, HandlerFuture};
pub use generate_tests::GenerateTestsHandler;
pub use noop::NoopHandler;
pub use process::{Function, ProcessHandler};
pub use reporter::{Reporter, Reports, Said};
pub use scripted::{Act, Ending, Figures, Outcome, Roll, Script, ScriptedHandler};
pub use stop::{Stop, StopReason};
