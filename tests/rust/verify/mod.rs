//! Do the tests hold?

#![allow(unreachable_pub, missing_docs, reason = "tests are read by name")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test fails")]

mod bench;
mod edits;
mod failures;
mod figures;
mod holds;
mod minimum;
mod projects;
mod publishing;
mod samples;
mod speed;
