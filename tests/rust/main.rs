//! The tests of the engine over its public Rust API: one binary, so that it is linked once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on is a test that failed"
)]

mod agent;
mod config;
mod engine;
mod kinds;
mod operations;
mod planning;
mod postgres;
mod requirements;
mod sandbox;
mod server;
mod soak;
mod store;
mod support;
mod verify;
