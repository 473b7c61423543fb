//! How do we talk with a child while it runs? Through a socket, which is its standard input.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Socket;
use std::process::Command;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;

use super::process::{Child, Input};
use super::watchdog::Allowance;
use super::{Finished, SandboxError};

/// A program of ours, trusted as we are, that reports while it works.
#[derive(Debug)]
pub struct Partner(Child);

impl Partner {
    /// Prepares a program, and answers our end of the conversation. It gets our environment; it makes a session
    /// of its own, so that all it starts can be found. The end of the conversation means that we died.
    pub fn new(command: Command, wall: Duration) -> Result<(Self, UnixStream), SandboxError> {
        let program = command.get_program().into();
        let (ours, theirs) = pair().map_err(|source| SandboxError::Process { program, source })?;
        let input = Input::Socket(OwnedFd::from(theirs));
        Ok((
            Self(Child {
                command,
                inherited: None,
                fence: None,
                allowance: Allowance::unlimited(),
                input,
                wall,
                output_bytes: 16 << 10,
            }),
            ours,
        ))
    }

    /// Runs it to its end. Answers only when every process of it is dead, on cancellation too.
    pub async fn run(self, cancel: &CancellationToken) -> Result<Finished, SandboxError> {
        self.0.run(cancel).await
    }
}

fn pair() -> std::io::Result<(UnixStream, Socket)> {
    let (ours, theirs) = Socket::pair()?;
    ours.set_nonblocking(true)?;
    Ok((UnixStream::from_std(ours)?, theirs))
}
