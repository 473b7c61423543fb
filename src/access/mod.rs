//! Who may use the service, and for what? Users, their roles and their keys; projects and their members. Pure data, no I/O.

mod key;
mod project;
mod role;
mod secret;
mod user;
mod webhook;

pub use key::{ApiKey, Digest};
pub use project::{Project, ProjectId};
pub use role::Role;
pub use secret::Secret;
pub use user::UserName;
pub use webhook::{KeyWebhooks, WebhookSecret};
