//! How does a client get what a follower reads? Over a WebSocket, if it asks for one; else as server-sent events.

use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;

use super::follower::Follower;
use super::{socket, stream};
use crate::server::access::App;

/// The answer to a client that follows.
pub(super) fn stream_or_socket(
    app: &Arc<App>,
    follower: Follower,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let open = app.meters().open_stream();
    let Ok(upgrade) = upgrade else { return stream::stream(follower, open) };
    // Nothing is read of what clients send.
    let upgrade = upgrade.max_message_size(4096);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    app.detach(async move {
        // Dropped where the upgrade fails.
        if let Ok(socket) = receiver.await {
            socket::attend(socket, follower, open).await;
        }
    });
    upgrade.on_upgrade(async move |socket| drop(sender.send(socket)))
}
