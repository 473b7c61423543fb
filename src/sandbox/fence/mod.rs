//! What does a child lose before it starts, where no namespaces shut it in?
//!
//! The thread that starts a child gives things up itself, for ever, and what it starts inherits that: another user
//! where we are root, every capability, files outside of the child's view, dangerous calls of the kernel. Our other
//! threads keep everything: they watch the child, end it, and take its files back.

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
mod elsewhere;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod linux;

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub(super) use elsewhere::{Fence, file_for_bubblewrap};
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(super) use linux::{Fence, file_for_bubblewrap};
