//! Where code of a project runs.

#![allow(unreachable_pub, missing_docs, reason = "tests are read by name")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test fails")]

pub mod ground;

mod copies;
#[cfg(target_os = "linux")]
mod hostile;
mod interpreters;
mod isolation;
mod layouts;
mod partners;
mod paths;
mod runs;
#[cfg(target_os = "linux")]
mod users;
