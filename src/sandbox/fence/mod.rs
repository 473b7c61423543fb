//! What does a child lose before it starts, where no namespaces shut it in?
//!
//! The thread that starts a child gives things up itself, for ever, and what it starts inherits that: another user
//! where we are root, every capability, files outside of the child's view, dangerous calls of the kernel. Our other
//! threads keep everything: they watch the child, end it, and take its files back.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod handover;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod rights;
#[cfg(target_os = "linux")]
mod tenants;
#[cfg(target_os = "linux")]
mod user;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{Fence, file_for_bubblewrap};
#[cfg(target_os = "linux")]
pub(super) use linux::Fence;
#[cfg(target_os = "linux")]
pub(super) use program::file_for_bubblewrap;
