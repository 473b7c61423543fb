//! An agent server over real sockets whose agent does what a script says. It can be killed, and come back with what
//! it had written down.

mod control;
mod line;
mod routes;
mod run;
mod socket;
mod world;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;
use tokio::sync::Notify;

pub(super) use control::Control;
pub(super) use line::Death;
use line::Line;
pub(super) use run::Step;
pub(super) use world::{Manner, Refusal, World};

/// The key that a server asks for which somebody runs.
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

/// The server.
pub(super) struct FakeServer {
    shared: Arc<Shared>,
    line: Arc<Line>,
    address: SocketAddr,
    disk: tempfile::TempDir,
}

impl FakeServer {
    /// A server whose agent does one of these runs after another; when none is left it hangs.
    pub(super) fn start(runs: impl IntoIterator<Item = Vec<Step>>) -> Self {
        let mut server = Self::silent(runs);
        server.come_back();
        server
    }

    /// One that listens nowhere yet.
    pub(super) fn silent(runs: impl IntoIterator<Item = Vec<Step>>) -> Self {
        let disk = tempfile::tempdir().unwrap();
        let world = World { runs: runs.into_iter().collect(), ..World::default() };
        let shared =
            Arc::new(Shared { world: Mutex::new(world), disk: disk.path().to_owned(), ..Shared::default() });
        Self { shared, line: Arc::default(), address: ([127, 0, 0, 1], 0).into(), disk }
    }

    /// Listens, at the address it had before.
    pub(super) fn come_back(&mut self) {
        self.address = self.line.listen(&self.shared, self.address);
    }

    /// Goes down with all its connections.
    pub(super) fn die(&mut self, death: Death) {
        self.line.hang_up(&self.shared, self.address, death);
    }

    /// What processes and containers that stand for it talk to.
    pub(super) fn control(&self) -> Control {
        Control::start(&self.shared, &self.line)
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
        self.line.close();
    }
}

/// Where a conversation's agent works.
fn folder(request: &Value) -> PathBuf {
    PathBuf::from(request["workspace"]["working_dir"].as_str().unwrap())
}
