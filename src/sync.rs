//! Which locks and flags does code use whose interleavings are tried out? These; `tests/shuttle` compiles the same
//! files with locks and flags of the same names that hand over to another thread at every step.

pub(crate) use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(feature = "python")]
pub(crate) use std::sync::atomic::AtomicBool;

pub(crate) use parking_lot::Mutex;
