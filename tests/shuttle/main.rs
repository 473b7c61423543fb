//! The places where threads meet, tried in thousands of interleavings. Shuttle runs the threads of a test one at a
//! time and decides at every lock and flag who goes on; a thread that would wait for ever is a deadlock, and fails
//! the test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on is a test that failed")]
#![allow(dead_code, reason = "the engine uses more of these files than is tried here")]

use _core::task;

mod sync;

#[path = "../../src/engine/bell.rs"]
mod bell;
#[path = "../../src/python/posts.rs"]
mod posts;
#[path = "../../src/engine/waiters.rs"]
mod waiters;
#[path = "../../src/engine/watchers.rs"]
mod watchers;

mod mailbox;
mod queue;
mod waiting;
mod watching;

/// Tries a test in many interleavings, at random and by few changes of threads, which finds what needs a certain
/// one of them at a certain step.
fn interleave(test: impl Fn() + Send + Sync + Clone + 'static) {
    let iterations = if std::env::var_os("OTG_SOAK").is_some() { 200_000 } else { 2_000 };
    shuttle::check_random(test.clone(), iterations);
    shuttle::check_pct(test, iterations, 3);
}
