//! `GET /events`: what happens to all of one's own tasks, from now or from any event on.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::follower::Follower;
use super::stream::StreamedEvent;
use super::{answer, last};
use crate::server::access::{App, Scope};
use crate::server::http::{Problem, ProblemBody};
use crate::task::FeedPlace;

/// What happens to all of your tasks, as it happens
///
/// Server-sent events as of one task, new tasks too, each with `task_id` and with an id of its own. First comes `open`, whose
/// id stands for where the stream begins: now, or after `Last-Event-ID`. A client that lost its connection goes on with
/// the last id, without loss or repetition. Where something of what followed was removed with its task, or the id is
/// unknown, the answer is 410: list your tasks anew, and begin without an id. With `Upgrade: websocket` the same texts
/// come over a WebSocket.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events", operation_id = "follow_tasks",
    params(
        ("after" = Option<String>, Query, description = "Only events after the one with this id"),
        ("Last-Event-ID" = Option<String>, Header, description = "The same, as browsers send it; it stands above `after`"),
    ),
    responses(
        (status = 200, description = "The events: the schema is that of one", body = StreamedEvent, content_type = "text/event-stream"),
        (status = 410, description = "What followed is not kept any more", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An id that is none", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn of_own(
    scope: Scope,
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let after = match last::told(&uri, &headers, "the id of an event")? {
        Some(after) => after,
        None => scope.follow().await?,
    };
    if scope.feed(after, Duration::ZERO).await?.has_gap {
        return Err(gone(after));
    }
    Ok(answer::stream_or_socket(&app, Follower::of_own(scope, after), upgrade))
}

fn gone(after: FeedPlace) -> Problem {
    let detail = format!(
        "not everything that happened after event {after} is kept any more: list your tasks anew (GET /api/v1/tasks), \
         and follow them without an id"
    );
    Problem::new(StatusCode::GONE, detail)
}
