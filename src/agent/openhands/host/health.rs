//! Does a server of ours answer? Asked until it does, and again and again for as long as it runs.

use std::time::{Duration, Instant};

use super::Access;
use crate::agent::openhands::Patience;
use crate::agent::openhands::http::local_client;
use crate::task::{ErrorKind, Failure};

/// Looks in a row without an answer after which it is taken for dead: one that works hard may miss one.
const MOST_MISSED: u32 = 3;

/// Waits until the server is ready, says so by `up`, and looks after it. Answers once it does not answer any more.
pub(super) async fn attend(
    access: &Access,
    start: Duration,
    patience: Patience,
    up: impl FnOnce(),
) -> Failure {
    let asks = match local_client(patience) {
        Ok(asks) => asks,
        Err(error) => return Failure::new(ErrorKind::Internal, error.to_string()),
    };
    let answers = async |path: &str| {
        let answer = asks.get(format!("{}{path}", access.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    };
    let began = Instant::now();
    while !answers("/ready").await {
        if began.elapsed() > start {
            let seconds = start.as_secs();
            return Failure::new(ErrorKind::Transient, format!("it is not ready after {seconds} s"));
        }
        tokio::time::sleep(patience.reconnect).await;
    }
    up();
    let mut missed = 0;
    while missed < MOST_MISSED {
        tokio::time::sleep(patience.health).await;
        missed = if answers("/alive").await { 0 } else { missed + 1 };
    }
    Failure::new(ErrorKind::Transient, "it does not answer any more")
}
