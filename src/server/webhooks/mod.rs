//! Webhooks: who asked for it is told of the end of a task, and sees what became of that.
//!
//! A delivery is a task of kind `webhook` that depends on the one it tells of, so the transaction that ends that one
//! queues it, and the engine tries it again. `deliverer` does one try: `message` says what is sent, `sender` sends it,
//! `address` and `resolver` say where to, `verdict` what the answer means. `list`, `show` and `replay` are the routes.

mod address;
mod deliverer;
mod list;
mod message;
mod own;
mod replay;
mod resolver;
mod sender;
mod show;
mod target;
mod verdict;
mod view;
mod work;

pub use deliverer::Deliverer;
pub(super) use list::{__path_list, list};
pub use own::submit_and_tell;
pub(super) use replay::{__path_replay, replay};
pub use resolver::{Resolved, Resolver};
pub(super) use show::{__path_show, show};
pub(super) use target::Target;
pub use target::check_callback;
pub(super) use view::{status_of, webhook_of};
pub(super) use work::{delivery_of, replay_of, told};
