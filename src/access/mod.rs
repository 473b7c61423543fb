//! Who may use the service? Users, their roles and their keys. Pure data, no I/O.

mod key;
mod role;
mod secret;
mod user;
mod webhook;

pub use key::{ApiKey, Digest};
pub use role::Role;
pub use secret::Secret;
pub use user::UserName;
pub use webhook::{KeyWebhooks, WebhookSecret};
