//! Who is asking, and what may they reach? [`App`] keeps the engine to itself; a route gets at tasks by its [`Scope`]
//! alone, which knows the tasks of one owner and no others.

mod app;
mod callbacks;
mod caller;
mod cookie;
mod credentials;
mod guard;
mod hosts;
mod projects;
mod scope;
mod writer;

pub(super) use app::App;
pub(super) use callbacks::Shown;
pub(super) use cookie::cookie;
pub(super) use guard::guard;
pub(super) use scope::{Listing, Scope};
pub(super) use writer::{Admin, Writer};
