//! The service: another face of the engine, over HTTP. No second task model, and no state outside the store.
//!
//! `service` binds and ends it, `app` says which route is whose. `access` decides who is asking and hands out a
//! [`access::Scope`], the only way from a route to the engine; `http` reads requests and forms answers; `tasks`,
//! `projects`, `events`, `watch` and `webhooks` are the routes; `webhooks` delivers, too.

mod access;
mod app;
mod error;
mod events;
mod http;
mod mcp;
mod openapi;
mod options;
mod page;
mod projects;
mod service;
mod tasks;
mod token;
mod watch;
mod webhooks;

pub use error::ServeError;
pub use mcp::converse;
pub use openapi::document;
pub use options::{Entry, ServiceOptions};
pub use service::Service;
pub use token::{local_token, webhook_secret};
pub use webhooks::{Deliverer, Resolved, Resolver, check_callback, submit_and_tell};
