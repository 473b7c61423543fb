//! The same events over a WebSocket: one JSON text each, with the same numbers.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};

use super::follower::{End, Follower, Step};
use crate::server::watch::Open;

/// How long a client may take one message; then it is dropped, and can resume.
const STALL: Duration = Duration::from_secs(30);

/// Sends what a follower reads, until the task has ended or the client is gone.
pub(super) async fn attend(mut socket: WebSocket, mut follower: Follower, _open: Open) {
    loop {
        let step = tokio::select! {
            step = follower.next() => step,
            message = socket.recv() => match message {
                // What clients say is not read; pings are answered below us.
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
        };
        let (message, is_last) = match step {
            Ok(step) => (told(&step), false),
            Err(end) => (farewell(end), true),
        };
        let sent = tokio::time::timeout(STALL, socket.send(message)).await;
        if is_last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

fn told(step: &Step) -> Message {
    match step {
        Step::SignOfLife => Message::Ping(Vec::new().into()),
        Step::Event(news) => Message::Text(news.text().into()),
    }
}

fn farewell(end: End) -> Message {
    let (code, reason) = match end {
        End::Over => (close_code::NORMAL, "the task has ended"),
        End::ComeAgain => (close_code::RESTART, "come again, with ?after= and the last number or id"),
        End::Refused => (close_code::POLICY, "there is nothing more for you"),
    };
    Message::Close(Some(CloseFrame { code, reason: reason.into() }))
}
