//! How does a thread without Python hand something to an event loop? A list, and a byte in a pipe for each batch.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use pyo3::prelude::*;
use rustix::pipe::{PipeFlags, pipe_with};

use super::errors;

/// The side of those who post.
pub(super) struct Posts<T> {
    /// Held for a push or a swap only.
    arrived: Mutex<Vec<T>>,
    signalled: AtomicBool,
    writer: OwnedFd,
}

impl<T> Posts<T> {
    /// An empty list, and the descriptor that becomes readable when something arrived.
    pub(super) fn new() -> PyResult<(Arc<Self>, OwnedFd)> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)
            .map_err(|error| errors::environment(format!("no pipe for the event loop: {error}")))?;
        let posts = Self { arrived: Mutex::default(), signalled: AtomicBool::new(false), writer };
        Ok((Arc::new(posts), reader))
    }

    /// Adds one thing; wakes the loop if nothing has since it last looked.
    pub(super) fn post(&self, item: T) {
        self.arrived.lock().push(item);
        if !self.signalled.swap(true, Ordering::AcqRel) {
            // A full pipe has a byte already, and a closed one has no reader: both are as good.
            let _ = rustix::io::write(&self.writer, b"!");
        }
    }

    /// Everything that arrived, in order.
    pub(super) fn take(&self, reader: &OwnedFd) -> Vec<T> {
        let mut bytes = [0_u8; 8];
        let _ = rustix::io::read(reader, &mut bytes);
        self.signalled.store(false, Ordering::Release);
        std::mem::take(&mut *self.arrived.lock())
    }
}
