//! Does the one who starts a child live when it begins? The child asks, and the thread that started it answers.
//!
//! A parent-death signal that is asked for after the parent's death never comes, and bubblewrap does not look
//! whether it was too late. So the launcher writes a byte to its standard input once nothing between us and it can
//! miss our death any more, and begins when a byte comes back. Nobody but the thread of the child answers: other
//! threads of a dying process may live a little longer, and keep its files open.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use rustix::event::{PollFd, PollFlags};

/// Our end of a child's standard input, until the child was answered.
#[derive(Debug)]
pub(super) struct Question(Option<UnixStream>);

impl Question {
    /// Of a child that asks: our end, and the child's standard input.
    pub(super) fn expected() -> io::Result<(Self, Stdio)> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        Ok((Self(Some(ours)), Stdio::from(OwnedFd::from(theirs))))
    }

    /// Of a child that begins without asking.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Becomes readable when the child asks.
    pub(super) fn poll(&self) -> Option<PollFd<'_>> {
        self.0.as_ref().map(|stream| PollFd::from_borrowed_fd(stream.as_fd(), PollFlags::IN))
    }

    /// Whether the child asks now. One that died instead is not waited for any more.
    pub(super) fn is_asked(&mut self) -> bool {
        let Some(stream) = &mut self.0 else { return false };
        match stream.read(&mut [0]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => false,
            Ok(1) => true,
            _ => {
                self.0 = None;
                false
            }
        }
    }

    /// Lets the child begin.
    pub(super) fn answer(&mut self) {
        if let Some(mut stream) = self.0.take() {
            // A child that died after asking needs no answer.
            stream.write_all(b"!").ok();
        }
    }
}
