//! Handlers that users wrote in Python, as the engine sees them.
//!
//! An `async def` runs on the one handler thread: the engine posts an order to the [`HandlerDesk`], whose `drain`
//! the thread's event loop calls; it makes an [`Assignment`] and has the loop start the coroutine, which answers
//! through the assignment. So tokio threads never touch Python here either. A plain function runs in a process of
//! its own, see [`crate::kinds::ProcessHandler`].

mod assignment;
mod coroutine;
mod desk;
mod registered;

pub(crate) use assignment::Assignment;
pub(crate) use desk::HandlerDesk;
pub(super) use registered::{UserHandlers, engine_handler};
