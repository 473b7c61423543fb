//! An agent server over real sockets whose agent does what a script says. It can be killed, and come back with what
//! it had written down.

mod routes;
mod run;
mod socket;
mod world;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

pub(super) use run::Step;
pub(super) use world::{Manner, Refusal, World};

/// The key that the server asks for.
pub(super) const SESSION_KEY: &str = "session-key-Geheim";

/// What all requests share.
#[derive(Default)]
pub(super) struct Shared {
    world: Mutex<World>,
    /// Rung with every change: tests wait for it.
    changed: Notify,
    /// What the server takes for the root of its disk, beside paths that are there.
    disk: PathBuf,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.changed.notify_waiters();
        self.world.lock()
    }
}

/// How a server goes down.
#[derive(Debug, Clone, Copy)]
pub(super) enum Death {
    /// At once: what ran is an error when it comes back.
    Killed,
    /// In order: what ran is paused.
    Stopped,
}

/// The server.
pub(super) struct FakeServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// On threads of its own, so that it can die with all its connections.
    runtime: Option<Runtime>,
    disk: tempfile::TempDir,
}

impl FakeServer {
    /// A server whose agent does one of these runs after another; when none is left it hangs.
    pub(super) fn start(runs: impl IntoIterator<Item = Vec<Step>>) -> Self {
        let disk = tempfile::tempdir().unwrap();
        let world = World { runs: runs.into_iter().collect(), ..World::default() };
        let shared =
            Arc::new(Shared { world: Mutex::new(world), disk: disk.path().to_owned(), ..Shared::default() });
        let mut server = Self { shared, address: ([127, 0, 0, 1], 0).into(), runtime: None, disk };
        server.come_back();
        server
    }

    /// Listens, at the address it had before.
    pub(super) fn come_back(&mut self) {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (shared, address) = (Arc::clone(&self.shared), self.address);
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
        self.address = told.recv().unwrap();
        self.runtime = Some(runtime);
    }

    /// Goes down with all its connections.
    pub(super) fn die(&mut self, death: Death) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        let mut world = self.shared.world();
        for conversation in
            world.conversations.values_mut().filter(|conversation| conversation.status == "running")
        {
            let status = match death {
                Death::Killed => "error",
                Death::Stopped => "paused",
            };
            status.clone_into(&mut conversation.status);
            conversation
                .note(json!({"kind": "AgentErrorEvent", "error": "A restart occurred while this ran."}));
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The folder that it takes for its disk.
    pub(super) fn disk(&self) -> &Path {
        self.disk.path()
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock()
    }

    /// Waits until the world is so.
    pub(super) async fn until<T>(&self, mut is_so: impl FnMut(&World) -> Option<T>) -> T {
        let waiting = async {
            loop {
                let changed = self.shared.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if let Some(found) = is_so(&self.shared.world.lock()) {
                    return found;
                }
                // Beside the bell, which rings before the change is there.
                let _ = tokio::time::timeout(std::time::Duration::from_millis(20), changed).await;
            }
        };
        tokio::time::timeout(super::PATIENCE, waiting).await.expect("what a test waits for happens")
    }

    /// Has every run that waits for it go on.
    pub(super) fn let_go(&self) {
        self.shared.world().is_let_go = true;
    }

    /// What the agent was told, in all conversations, in their order.
    pub(super) fn messages(&self) -> Vec<String> {
        self.world().messages.clone()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Where a conversation's agent works.
fn folder(request: &Value) -> PathBuf {
    PathBuf::from(request["workspace"]["working_dir"].as_str().unwrap())
}
