//! The Model Context Protocol: the same tasks as tools of an agent, over standard input and output and over HTTP.
//!
//! `table` says which tools there are, `argument` what they take, `tool` what each does; `submit`, `look`, `cancel` and
//! `list` are its deeds, over the [`super::access::Scope`] of the caller, as every route has it. `answer`, `words` and
//! `schema` make what comes back. `face` speaks for all of them, `stdio` (with `paced`) and `http` carry it. Nothing is kept here: there
//! are no sessions, so that a restart of the process breaks nobody.

mod answer;
mod argument;
mod cancel;
mod face;
mod http;
mod list;
mod look;
mod paced;
mod schema;
mod stdio;
mod submit;
mod table;
mod tool;
mod words;

pub(super) use http::mcp;
pub use stdio::converse;
