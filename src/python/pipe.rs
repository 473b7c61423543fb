//! What wakes an event loop from a thread without Python? A byte in a pipe that its selector watches.

use std::os::fd::{AsRawFd, OwnedFd};

use pyo3::prelude::*;
use rustix::pipe::{PipeFlags, pipe_with};

use super::errors;
use super::posts::Signal;

/// Both ends of the pipe of one loop.
pub(super) struct Pipe {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Pipe {
    /// A pipe with nothing in it.
    pub(super) fn new() -> PyResult<Self> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)
            .map_err(|error| errors::environment(format!("no pipe for the event loop: {error}")))?;
        Ok(Self { reader, writer })
    }

    /// The descriptor that becomes readable when something arrived.
    pub(super) fn fileno(&self) -> i32 {
        self.reader.as_raw_fd()
    }
}

impl Signal for Pipe {
    fn raise(&self) {
        // A full pipe has a byte already, and a closed one has no reader: both are as good.
        let _ = rustix::io::write(&self.writer, b"!");
    }

    fn clear(&self) {
        let mut bytes = [0_u8; 8];
        let _ = rustix::io::read(&self.reader, &mut bytes);
    }
}
