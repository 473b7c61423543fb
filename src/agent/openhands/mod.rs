//! An OpenHands agent behind an agent server, over HTTP and a WebSocket.
//!
//! [`ServerAgent`] makes one conversation a task under an id of its own, which is kept with the task first; follows
//! each run by socket and by asking, until the done rule (`done.rs`) or a limit ends it; and ends the conversation
//! when the task ends. What the agent says of its work is never believed.

mod agent;
mod breaker;
mod conversation;
mod done;
mod error;
mod events;
mod feedback;
mod files;
mod http;
mod instruction;
mod iteration;
mod known;
mod limits;
mod opening;
mod options;
mod patience;
mod probe;
mod request;
mod socket;
mod state;
mod text;
mod voice;
mod watch;

pub use agent::ServerAgent;
pub use breaker::BreakerTerms;
use error::HttpError;
pub use options::ServerOptions;
pub use patience::Patience;
pub use probe::{ServerReport, probe};
