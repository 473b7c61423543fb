//! What each kind of task does: one handler a kind, built from agents and verification.

mod account;
mod agent_task;
mod attempt;
mod credit;
mod desk;
mod documents;
mod generate_tests;
mod noop;
mod planning;
mod process;
mod reporter;
mod scripted;
mod steps;
mod stop;
mod travel;

pub use agent_task::AgentTaskHandler;
pub use attempt::{Attempt, Handler, HandlerFuture};
pub use documents::DocumentsHandler;
pub use generate_tests::GenerateTestsHandler;
pub use noop::NoopHandler;
pub use planning::PlanningHandler;
pub use process::{Function, ProcessHandler};
pub use reporter::{Reporter, Reports, Said};
pub use scripted::{Act, Ending, Figures, Outcome, Roll, Script, ScriptedHandler};
pub use stop::{Stop, StopReason};
pub use travel::Home;
