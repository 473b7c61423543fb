//! How does the service begin and end? It listens before it says so; at its end it accepts nobody, ends the streams,
//! lets answers under way go out, and leaves the engine to whoever made it.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::access::App;
use super::app;
use super::error::ServeError;
use super::http::{Patience, PatientListener, SILENCE, STALL};
use super::options::{Entry, ServiceOptions};

/// How long answers under way may take at the end.
const FAREWELL: Duration = Duration::from_secs(5);

/// A service that listens.
#[derive(Debug)]
pub struct Service {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
    patience: Patience,
}

impl Service {
    /// Listens. Refuses an address that others can reach where nobody is asked for a key.
    pub async fn bind(options: ServiceOptions) -> Result<Self, ServeError> {
        let address = options.address;
        if !address.ip().is_loopback() && matches!(options.entry, Entry::Local(_)) {
            return Err(ServeError::OpenToOthers { address });
        }
        let failed = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        raise_file_limit();
        let app = Arc::new(App::new(ServiceOptions { address, ..options }));
        let patience = Patience { silence: SILENCE, stall: STALL };
        Ok(Self { app, listener, address, patience })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets clients stay for so long that get nothing, idle or too slow to complete a request; 90 s where nothing is said.
    #[must_use]
    pub fn bearing_silence(mut self, limit: Duration) -> Self {
        self.patience.silence = limit;
        self
    }

    /// Lets clients stay for so long that take nothing of what they are sent; 30 s where nothing is said.
    #[must_use]
    pub fn bearing_stalls(mut self, limit: Duration) -> Self {
        self.patience.stall = limit;
        self
    }

    /// Serves until `stop` has come, and then ends: within 5 s, whoever is still there.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) {
        let closing = self.app.closing().clone();
        let begun = closing.clone();
        let router = app::router(&self.app);
        let server = axum::serve(PatientListener::new(self.listener, self.patience), router);
        let server = server.with_graceful_shutdown(async move {
            stop.await;
            begun.cancel();
        });
        let mut serving = std::pin::pin!(server.into_future());
        tokio::select! {
            _ = &mut serving => {}
            () = async {
                closing.cancelled().await;
                tokio::time::sleep(FAREWELL).await;
            } => tracing::debug!("connections are left that do not end"),
        }
        closing.cancel();
        let _ = tokio::time::timeout(FAREWELL, self.app.detached_end()).await;
    }
}

/// Each stream takes a descriptor, and many systems begin with a limit of 1,024.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    const ENOUGH: u64 = 65_536;
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if limit.current.is_some_and(|current| current < wanted) {
        let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::debug!(%error, "the limit of open files stays as it is");
        }
    }
}
