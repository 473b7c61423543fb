//! What do all requests share? The engine, which nobody outside of this folder reaches without a scope.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::hosts::Hosts;
use crate::config::Settings;
use crate::engine::Engine;
use crate::server::options::{Entry, ServiceOptions};
use crate::server::watch::Meters;
use crate::store::StoreLocation;
use crate::task::{Context, QueueStats, Tally};

/// How long a look at the store may take before it counts as gone.
const LOOK: Duration = Duration::from_secs(3);

/// The state of one service.
#[derive(Debug)]
pub(in crate::server) struct App {
    pub(super) engine: Arc<Engine>,
    pub(super) settings: Arc<Settings>,
    /// What all tasks submitted here share.
    pub(super) context: Arc<Context>,
    pub(super) entry: Entry,
    pub(super) hosts: Hosts,
    /// The port, by which cookies of several services on one machine are told apart.
    pub(super) port: u16,
    location: StoreLocation,
    meters: Meters,
    /// The service is about to end.
    closing: CancellationToken,
    /// What goes on though no request waits for it.
    detached: TaskTracker,
}

impl App {
    pub(in crate::server) fn new(options: ServiceOptions) -> Self {
        let ServiceOptions { engine, settings, location, address, entry, hosts } = options;
        Self {
            engine,
            context: Arc::new(settings.context()),
            settings,
            hosts: Hosts::new(address, &entry, &hosts),
            entry,
            port: address.port(),
            location,
            meters: Meters::new(),
            closing: CancellationToken::new(),
            detached: TaskTracker::new(),
        }
    }

    /// Fires when the service is about to end.
    pub(in crate::server) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// What is counted.
    pub(in crate::server) fn meters(&self) -> &Meters {
        &self.meters
    }

    /// Runs what goes on where no request waits for it any more: what an upgraded socket does, for one.
    pub(in crate::server) fn detach<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.detached.spawn(work)
    }

    /// Ends with the last of them.
    pub(in crate::server) async fn detached_end(&self) {
        self.detached.close();
        self.detached.wait().await;
    }

    /// Whether the store answers, and is still where it was.
    pub(in crate::server) async fn has_store(&self) -> bool {
        self.is_there() && self.figures().await.is_some()
    }

    /// Figures of the whole store, which name nobody; `None` where it does not answer.
    pub(in crate::server) async fn figures(&self) -> Option<(QueueStats, Tally)> {
        let look = async {
            Ok::<_, crate::engine::EngineError>((self.engine.stats().await?, self.engine.tally(None).await?))
        };
        match tokio::time::timeout(LOOK, look).await {
            Ok(Ok(figures)) => Some(figures),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the store does not answer");
                None
            }
            Err(_) => None,
        }
    }

    /// A file that was deleted or moved away is still open here, and nobody else would ever see what we write.
    fn is_there(&self) -> bool {
        match &self.location {
            StoreLocation::Sqlite(path) => path.exists(),
            StoreLocation::Memory | StoreLocation::Postgres(_) => true,
        }
    }
}
