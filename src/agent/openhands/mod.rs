//! An OpenHands agent behind an agent server, over HTTP and a WebSocket.
//!
//! The server is somebody's, or one that we keep (`host/`). [`ServerAgent`] makes one conversation a task under an id of its own, which is kept with the task first; follows
//! each run by socket and by asking, until the done rule (`done.rs`) or a limit ends it; and ends the conversation
//! when the task ends. What the agent says of its work is never believed.

mod agent;
mod breaker;
mod conversation;
mod done;
mod errand;
mod error;
mod events;
mod feedback;
mod files;
mod haul;
mod homecoming;
mod host;
pub(super) mod http;
mod instruction;
mod iteration;
mod job;
mod known;
mod limits;
mod opening;
mod options;
mod patience;
mod probe;
mod redaction;
mod request;
mod socket;
mod state;
mod text;
mod voice;
mod watch;

pub use agent::ServerAgent;
pub use breaker::{Breaker, BreakerStanding, BreakerTerms};
use error::HttpError;
pub use host::{
    DockerServer, GivenServer, HostOptions, OwnServer, look_at_docker, look_at_own_server, lookout,
};
pub use options::ServerOptions;
pub use patience::Patience;
pub use probe::{ServerReport, probe};
