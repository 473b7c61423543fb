//! Where the server answers: nowhere, or at an address, until it goes down with all its connections.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use super::{Shared, routes};

/// How a server goes down.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Death {
    /// At once: what ran is an error when it comes back.
    Killed,
    /// At once, and the lease on what ran lasts: it is told as running until a few sockets have asked for it in vain.
    Leased,
    /// In order: what ran is paused.
    Stopped,
    /// With all that it had.
    Removed,
}

/// The server's line to the world.
#[derive(Default)]
pub(super) struct Line {
    /// On threads of its own, so that it can die with all its connections; and where it listens.
    open: Mutex<Option<(SocketAddr, Runtime)>>,
}

impl Line {
    /// Listens; answers where.
    pub(super) fn listen(&self, shared: &Arc<Shared>, address: SocketAddr) -> SocketAddr {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let shared = Arc::clone(shared);
        let (tell, told) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let listener = loop {
                match TcpListener::bind(address).await {
                    Ok(listener) => break listener,
                    // The one before is still on its way down.
                    Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse),
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            };
            tell.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, routes::router(shared)).await.unwrap();
        });
        let address = told.recv().unwrap();
        let before = self.open.lock().replace((address, runtime));
        if let Some((_, runtime)) = before {
            runtime.shutdown_background();
        }
        address
    }

    /// Goes down, whoever holds it.
    pub(super) fn close(&self) {
        if let Some((_, runtime)) = self.open.lock().take() {
            runtime.shutdown_background();
        }
    }

    /// Goes down with all its connections, unless it listens somewhere else by now.
    pub(super) fn hang_up(&self, shared: &Shared, address: SocketAddr, death: Death) {
        let mut open = self.open.lock();
        if open.as_ref().is_none_or(|(now, _)| *now != address) {
            return;
        }
        if let Some((_, runtime)) = open.take() {
            runtime.shutdown_background();
        }
        drop(open);
        let mut world = shared.world();
        if matches!(death, Death::Leased) {
            world.leased_for = 3;
            return;
        }
        if matches!(death, Death::Removed) {
            world.conversations.clear();
        }
        for conversation in
            world.conversations.values_mut().filter(|conversation| conversation.status == "running")
        {
            let status = match death {
                Death::Stopped => "paused",
                Death::Killed | Death::Leased | Death::Removed => "error",
            };
            conversation.break_off(status);
        }
    }
}
