//! How does an agent on this machine talk to us? By lines: ours to read until it closes its end, ours to write as we
//! answer. It is the one user of the machine, as the command is.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rmcp::service::serve_directly_with_ct;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use super::face::Face;
use crate::access::Secret;
use crate::config::Settings;
use crate::engine::Engine;
use crate::server::access::{App, Scope};
use crate::server::options::{Entry, ServiceOptions};
use crate::store::StoreLocation;

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
    let scope = Scope::of_local(&Arc::new(App::new(options)));
    // No handshake is insisted on: whatever comes first is answered.
    let conversation = serve_directly_with_ct(Face::new(scope), (input, output), None, stop);
    if let Err(error) = conversation.waiting().await {
        tracing::error!(%error, "the conversation ended by a bug");
    }
}
