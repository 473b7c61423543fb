//! How far is a server of ours? Told by the one who keeps it, heard by all who need it.

use tokio::sync::watch;

use super::Access;
use crate::task::Failure;

/// How far it is.
#[derive(Debug, Clone)]
pub(super) enum Phase {
    /// It does not answer yet, or not any more and is started again.
    Starting,
    /// It answers.
    Up(Access),
    /// It is given up.
    Down(Failure),
}

/// Tells how far the server is.
#[derive(Debug)]
pub(super) struct Tell(watch::Sender<Phase>);

impl Tell {
    /// One who tells, and one who hears.
    pub(super) fn new() -> (Self, watch::Receiver<Phase>) {
        let (sender, receiver) = watch::channel(Phase::Starting);
        (Self(sender), receiver)
    }

    pub(super) fn starting(&self) {
        self.0.send_replace(Phase::Starting);
    }

    pub(super) fn up(&self, access: Access) {
        self.0.send_replace(Phase::Up(access));
    }

    pub(super) fn down(&self, failure: Failure) {
        self.0.send_replace(Phase::Down(failure));
    }
}
