//! How are events heard as they happen? Over a socket that is made anew as often as it is lost. It is only the
//! faster way: what it does not bring is seen by asking.

use std::convert::Infallible;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures_util::{SinkExt as _, StreamExt as _};
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokio::sync::mpsc::Sender;
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, error::CapacityError};
use uuid::Uuid;

use super::Patience;
use super::events::Event;
use super::http::{Http, install_tls};

/// A longer event is not read: the socket is given up, since it would bring the same again.
const MOST_BYTES: usize = 8 << 20;

/// Why a connection ended.
enum Lost {
    /// Another one may last.
    ForNow {
        /// Whether it brought anything.
        was_of_use: bool,
    },
    /// No other one will: the key is refused, or it says what cannot be read.
    ForGood(&'static str),
}

/// Hands on every event, until dropped; repeats some.
pub(super) async fn follow(
    http: &Http,
    patience: Patience,
    conversation: Uuid,
    heard: &Sender<Event>,
) -> Infallible {
    install_tls();
    let mut waits = waits(patience);
    loop {
        match listen(http, patience, conversation, heard).await {
            Lost::ForNow { was_of_use } => {
                if was_of_use {
                    waits = self::waits(patience);
                }
                let longest = patience.longest_reconnect;
                tokio::time::sleep(waits.next().unwrap_or(longest)).await;
            }
            Lost::ForGood(reason) => {
                tracing::debug!(%conversation, reason, "no socket: the server is asked instead");
                return std::future::pending().await;
            }
        }
    }
}

fn waits(patience: Patience) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::new()
        .with_jitter()
        .with_min_delay(patience.reconnect)
        .with_max_delay(patience.longest_reconnect)
        .without_max_times()
        .build()
}

async fn listen(http: &Http, patience: Patience, conversation: Uuid, heard: &Sender<Event>) -> Lost {
    let lost = Lost::ForNow { was_of_use: false };
    let Ok(access) = http.access() else { return lost };
    let address =
        format!("{}/sockets/events/{conversation}?resend_mode=all", access.url.replacen("http", "ws", 1));
    let config =
        WebSocketConfig::default().max_message_size(Some(MOST_BYTES)).max_frame_size(Some(MOST_BYTES));
    let connecting = connect_async_with_config(address, Some(config), true);
    let Ok(Ok((mut socket, _))) = tokio::time::timeout(patience.connect, connecting).await else {
        return lost;
    };
    if let Some(key) = &access.key {
        let greeting = json!({"type": "auth", "session_api_key": key.expose_secret()}).to_string();
        if socket.send(Message::text(greeting)).await.is_err() {
            return lost;
        }
    }
    let mut was_of_use = false;
    while let Some(message) = socket.next().await {
        match message {
            Ok(Message::Text(text)) => {
                was_of_use = true;
                // What makes no sense is passed over, as what is not known.
                if let Ok(event) = serde_json::from_str(&text)
                    && heard.send(event).await.is_err()
                {
                    return Lost::ForGood("nobody listens");
                }
            }
            Ok(Message::Close(Some(frame))) if u16::from(frame.code) == 4001 => {
                return Lost::ForGood("the key is refused");
            }
            // Also where it says that there is no such conversation (4004): a server that was killed says so while its
            // own lease lasts, and takes it up when it is asked for afterwards.
            Ok(Message::Close(_)) => break,
            Ok(_) => {}
            Err(Error::Capacity(CapacityError::MessageTooLong { .. })) => {
                return Lost::ForGood("it brings an event that is too long");
            }
            Err(_) => break,
        }
    }
    Lost::ForNow { was_of_use }
}
