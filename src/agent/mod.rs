//! Who writes the tests? One trait; behind it the embedded agent, and a scripted one for tests of the engine.
//!
//! An agent gets a workspace that is its own, writes one test file there, and says what it did. It is not
//! believed: verification runs the file in another copy. Some do free-form work too: what that came to is what
//! differs in their workspace afterwards.

mod brief;
mod engagement;
mod errand;
mod follow;
mod local;
mod model;
mod notes;
mod openhands;
mod report;
mod scripted;
mod tally;

use std::pin::Pin;

use tokio_util::sync::CancellationToken;

use crate::task::{ErrorKind, Failure};

pub use crate::task::Usage;
pub use brief::{Brief, Feedback, Rejected};
pub use engagement::Engagement;
pub use errand::Errand;
pub use local::LocalAgent;
pub use model::{Asked, ChatModel, Question, Throttle};
pub(crate) use model::{parse, prompt};
pub use notes::{Kept, Notes};
pub(crate) use openhands::http::{innermost, install_tls, retry_after};
pub use openhands::{
    Breaker, BreakerStanding, BreakerTerms, DockerServer, GivenServer, HostOptions, OwnServer, Patience,
    ServerAgent, ServerOptions, ServerReport, look_at_docker, look_at_own_server, lookout,
    probe as probe_server,
};
pub use report::{AgentReport, LeftOut};
pub use scripted::{ScriptedAgent, Step};
pub use tally::ModelTally;

/// What an agent's work comes to.
pub type AgentFuture<'a> = Pin<Box<dyn Future<Output = Result<AgentReport, Failure>> + Send + 'a>>;

/// Writes tests, and may do free-form work.
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

    /// Ends what dead processes of ours left of what such an agent keeps up, before their tasks go on.
    fn end_orphans(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }

    /// Ends what it keeps up for its tasks, such as a server; it begins again with the next task.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }

    /// In a forked child, where nothing of what it keeps up is its own.
    fn let_go_after_fork(&self) {}

    /// Writes the test file that the brief asks for into its workspace, or says why it cannot; the kind of the
    /// failure decides about another try. When `cancel` fires, its processes die before this returns.
    fn write_tests<'a>(&'a self, brief: &'a Brief<'a>, cancel: &'a CancellationToken) -> AgentFuture<'a>;

    /// Whether it does free-form work.
    fn runs_errands(&self) -> bool {
        false
    }

    /// Does what the instruction says in its workspace, or says why it cannot; as [`Agent::write_tests`].
    fn run_errand<'a>(&'a self, errand: &'a Errand<'a>, cancel: &'a CancellationToken) -> AgentFuture<'a> {
        let _ = (errand, cancel);
        let message = format!("agent {} writes tests only", self.name());
        Box::pin(std::future::ready(Err(Failure::new(ErrorKind::Config, message))))
    }
}
