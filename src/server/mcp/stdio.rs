//! How does an agent on this machine talk to us? By lines: ours to read until it closes its end, ours to write as we
//! answer. It is the one user of the machine, as the command is.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rmcp::service::serve_directly_with_ct;
use rmcp::transport::async_rw::AsyncRwTransport;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use super::face::Face;
use super::paced::Paced;
use crate::access::Secret;
use crate::config::Settings;
use crate::engine::Engine;
use crate::server::access::{App, Scope};
use crate::server::options::{Entry, ServiceOptions};
use crate::store::StoreLocation;

/// How long answers under way may take at the end, and then what nobody waits for.
const FAREWELL: Duration = Duration::from_secs(3);

/// Answers what comes in until it ends, or `stop` fires; what is under way is answered first.
pub async fn converse(
    (engine, settings, location): (Arc<Engine>, Arc<Settings>, StoreLocation),
    (input, output): (impl AsyncRead + Send + Unpin + 'static, impl AsyncWrite + Send + Unpin + 'static),
    stop: CancellationToken,
) {
    let options = ServiceOptions {
        engine,
        settings,
        location,
        // Nobody listens: what would is left as it is for one user.
        address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
        entry: Entry::Local(Secret::fresh()),
        hosts: Vec::new(),
    };
    let app = Arc::new(App::new(options));
    // No handshake is insisted on: whatever comes first is answered.
    let face = Face::new(Scope::of_local(&app));
    let transport = Paced::new(AsyncRwTransport::new_server(input, output));
    let conversation = serve_directly_with_ct(face, transport, None, stop.clone());
    tokio::select! {
        ended = conversation.waiting() => if let Err(error) = ended {
            tracing::error!(%error, "the conversation ended by a bug");
        },
        // Whoever reads no answers does not keep us.
        () = async { stop.cancelled().await; tokio::time::sleep(FAREWELL).await } => {}
    }
    // What is being kept is kept.
    let _ = tokio::time::timeout(FAREWELL, app.detached_end()).await;
}
