//! Kind `agent_task`: an agent does what an instruction says, in a workspace; what differs there afterwards is the
//! outcome. Nothing is verified, and nothing that the agent says is believed: it is quoted.
//!
//! Where the changes are to be applied, they reach the project all or none, and only if it is still as the agent found
//! it.

mod apply;
mod changes;
mod handler;
mod patch;
mod result;

pub use handler::AgentTaskHandler;
