//! How does a process fork while it has a store open? With no connection open at that moment: `SQLite` keeps the
//! locks of a process in its memory, and a child that inherited them would believe that it holds them.

use tokio::sync::oneshot;

use super::reader::PausedReader;

/// A request to the writer.
#[derive(Debug)]
pub(super) struct Pause {
    begun: oneshot::Sender<()>,
    over: oneshot::Receiver<()>,
}

/// The other end of a request.
pub(super) struct Asked {
    begun: oneshot::Receiver<()>,
    over: oneshot::Sender<()>,
}

/// The writer's connection is closed until this is dropped.
#[derive(Debug)]
pub(super) struct PausedWriter {
    #[expect(dead_code, reason = "dropping it is what ends the pause")]
    over: oneshot::Sender<()>,
}

/// No connection of the store is open until this is dropped.
#[derive(Debug)]
pub struct Paused {
    #[expect(dead_code, reason = "dropping it is what ends the pause")]
    pub(super) reader: PausedReader,
    #[expect(dead_code, reason = "dropping it is what ends the pause")]
    pub(super) writer: Option<PausedWriter>,
}

impl Pause {
    pub(super) fn new() -> (Self, Asked) {
        let (begun, begins) = oneshot::channel();
        let (ends, over) = oneshot::channel();
        (Self { begun, over }, Asked { begun: begins, over: ends })
    }

    /// Tells the other end that the connection is closed, and waits until it may be opened again.
    pub(super) async fn over(self) {
        let Self { begun, over } = self;
        if begun.send(()).is_ok() {
            // Nothing is ever sent: the other end is dropped.
            let _ = over.await;
        }
    }
}

impl Asked {
    /// Waits until the connection is closed.
    pub(super) async fn begun(self) -> Option<PausedWriter> {
        self.begun.await.ok().map(|()| PausedWriter { over: self.over })
    }
}
