//! Where is the agent server, and who keeps it up? Somebody else, at an address; or we do, in a sandbox of our own or
//! in a container.
//!
//! A server of ours is started when it is first needed, one for an engine; its [`Keeper`] looks after it, starts it
//! again with back-off when it has died, and ends it with the engine.

mod access;
mod container;
mod docker;
mod folder;
mod health;
mod keeper;
mod look;
mod options;
mod own;
mod phase;
mod server;

pub(super) use access::Access;
use keeper::Keeper;
pub use look::{look_at_docker, look_at_own_server, lookout};
pub use options::{DockerServer, GivenServer, HostOptions, OwnServer};
pub(super) use server::Host;
