//! What does the user's Ctrl-C or the system's SIGTERM ask for? One at a time, in the order of their coming.

use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

use super::error::CommandError;
use super::exit::Exit;

/// A sign to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGINT, as Ctrl-C sends it.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// The exit code of a command that it stopped.
    pub(super) fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::Interrupted,
            Self::Terminate => Exit::Terminated,
        }
    }
}

/// The signals of this process. From the first listener on they no longer end it.
#[derive(Debug)]
pub(super) struct Signals {
    interrupts: Stream,
    terminations: Stream,
}

impl Signals {
    /// Starts listening. Needs a tokio runtime.
    pub(super) fn listen() -> Result<Self, CommandError> {
        let listen = |kind| signal(kind).map_err(|error| CommandError::machine("signals", error.to_string()));
        Ok(Self {
            interrupts: listen(SignalKind::interrupt())?,
            terminations: listen(SignalKind::terminate())?,
        })
    }

    /// The next sign to stop.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupts.recv() => Signal::Interrupt,
            Some(()) = self.terminations.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }
}
