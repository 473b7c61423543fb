//! Who writes the tests? One trait; behind it the embedded agent, and a scripted one for tests of the engine.
//!
//! An agent gets a workspace that is its own, writes one test file there, and says what it did. It is not
//! believed: verification runs the file in another copy.

mod brief;
mod follow;
mod local;
mod notes;
mod openhands;
mod report;
mod scripted;

use std::pin::Pin;

use tokio_util::sync::CancellationToken;

use crate::task::Failure;

pub use crate::task::Usage;
pub use brief::{Brief, Feedback, Rejected};
pub use local::LocalAgent;
pub use notes::{Kept, Notes};
pub use openhands::{
    BreakerTerms, Patience, ServerAgent, ServerOptions, ServerReport, probe as probe_server,
};
pub use report::{AgentReport, LeftOut};
pub use scripted::{ScriptedAgent, Step};

/// What an agent's work comes to.
pub type AgentFuture<'a> = Pin<Box<dyn Future<Output = Result<AgentReport, Failure>> + Send + 'a>>;

/// Writes tests.
pub trait Agent: Send + Sync + 'static {
    /// The name in lanes and results.
    fn name(&self) -> &'static str;

    /// Whether another iteration may come to more, given what verification said.
    fn can_improve(&self, feedback: &Feedback) -> bool {
        let _ = feedback;
        true
    }

    /// Whether its workspace is kept for the attempt that goes on with what of the task lives on a server.
    fn keeps_workspace(&self) -> bool {
        false
    }

    /// Ends what of the task lives on a server, and says so to `notes`. Called once nothing more is wanted of the
    /// agent, and by whoever takes over a task that is only to end. Gives up after a while, with a warning.
    fn release<'a>(&'a self, notes: &'a dyn Notes) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        let _ = notes;
        Box::pin(std::future::ready(()))
    }

    /// Writes the test file that the brief asks for into its workspace, or says why it cannot; the kind of the
    /// failure decides about another try. When `cancel` fires, its processes die before this returns.
    fn write_tests<'a>(&'a self, brief: &'a Brief<'a>, cancel: &'a CancellationToken) -> AgentFuture<'a>;
}
