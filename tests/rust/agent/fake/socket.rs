//! The server's socket: greets, tells the state, then all events, some of them twice.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::sync::broadcast::Receiver;

use super::Shared;
use super::world::Manner;

pub(super) async fn open(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(arguments): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    assert_eq!(arguments["resend_mode"], "all");
    if shared.world().manner == Manner::Missing {
        return StatusCode::NOT_FOUND.into_response();
    }
    upgrade.on_upgrade(async move |socket| talk(shared, id, socket).await)
}

async fn talk(shared: Arc<Shared>, id: String, mut socket: WebSocket) {
    let Some(Ok(Message::Text(greeting))) = socket.recv().await else { return };
    let greeting: Value = serde_json::from_str(&greeting).unwrap();
    let key = shared.world().key.clone();
    if greeting["session_api_key"] != key.as_str() {
        return close(&mut socket, 4001).await;
    }
    let Some((first, mut news, jumbles)) = listen(&shared, &id) else {
        return close(&mut socket, 4004).await;
    };
    for text in first {
        if socket.send(Message::text(text)).await.is_err() {
            return;
        }
    }
    loop {
        if shared.world().manner == Manner::Closing {
            return close(&mut socket, 1012).await;
        }
        tokio::select! {
            told = news.recv() => {
                let Ok(text) = told else { return };
                for _ in 0..=usize::from(jumbles) {
                    if socket.send(Message::text(text.clone())).await.is_err() {
                        return;
                    }
                }
            }
            heard = socket.recv() => if !matches!(heard, Some(Ok(_))) { return },
        }
    }
}

/// What is told at once, what is told later, and whether all of it is told twice.
fn listen(shared: &Shared, id: &str) -> Option<(Vec<String>, Receiver<String>, bool)> {
    let mut world = shared.world();
    world.sockets += 1;
    if world.leased_for > 0 {
        world.leased_for -= 1;
        if world.leased_for == 0 {
            world.conversations.get_mut(id)?.break_off("error");
        }
        return None;
    }
    let jumbles = world.manner == Manner::Jumbled;
    let conversation = world.conversations.get(id)?;
    let mut first: Vec<String> = conversation.events.iter().map(Value::to_string).collect();
    if jumbles {
        first.reverse();
    }
    first.insert(0, conversation.snapshot().to_string());
    Some((first, conversation.listeners.subscribe(), jumbles))
}

async fn close(socket: &mut WebSocket, code: u16) {
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
}
