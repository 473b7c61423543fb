//! `GET /tasks/{id}/events`: what happens to a task, from any event on.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::follower::Follower;
use super::stream::StreamedEvent;
use super::{socket, stream};
use crate::server::access::{App, Scope};
use crate::server::http::{Problem, ProblemBody, query_of};
use crate::server::tasks::OwnId;

/// What happens to a task, as it happens
///
/// Server-sent events: `status`, `progress`, `log` and `cancel_requested`, each with its number as id. A client that
/// lost its connection goes on with `Last-Event-ID`, without loss or repetition. The stream ends with the task; whoever
/// comes again then gets 204. With `Upgrade: websocket` the same texts come over a WebSocket.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}/events", tag = "events", operation_id = "follow_task",
    params(
        ("id" = String, Path, description = "The id of a task of yours"),
        ("after" = Option<u32>, Query, description = "Only events after this number", format = Int64, maximum = 4_294_967_295_u32),
        ("Last-Event-ID" = Option<u32>, Header, description = "The same, as browsers send it; it stands above `after`", format = Int64, maximum = 4_294_967_295_u32),
    ),
    responses(
        (status = 200, description = "The events: the schema is that of one", body = StreamedEvent, content_type = "text/event-stream"),
        (status = 204, description = "It has ended, and everything was told"),
        (status = 401, description = "No key that holds", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No task of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A number that is none", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The store does not answer", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn of_task(
    scope: Scope,
    State(app): State<Arc<App>>,
    OwnId(id): OwnId,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let after = after_of(&uri, &headers)?;
    let task = scope.task(id).await?;
    let is_told = task.status().is_final() && task.events <= after;
    let follower = Follower::new(scope, id, after);
    let open = app.meters().open_stream();
    if let Ok(upgrade) = upgrade {
        // Nothing is read of what clients send.
        let upgrade = upgrade.max_message_size(4096);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        app.attend(async move {
            // Dropped where the upgrade fails.
            if let Ok(socket) = receiver.await {
                socket::attend(socket, follower, open).await;
            }
        });
        return Ok(upgrade.on_upgrade(async move |socket| drop(sender.send(socket))));
    }
    if is_told {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(stream::stream(follower, open))
}

/// Where a client left off.
fn after_of(uri: &Uri, headers: &HeaderMap) -> Result<u32, Problem> {
    let query = query_of(uri, &["after"])?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let (name, text) = match (last.filter(|text| !text.is_empty()), query.get("after")) {
        (Some(text), _) => ("Last-Event-ID", text),
        (None, Some(text)) => ("after", text.as_str()),
        (None, None) => return Ok(0),
    };
    text.parse().map_err(|_| {
        let text: String = text.chars().take(64).collect();
        Problem::field(name, format!("must be the number of an event, not {text:?}"))
    })
}
