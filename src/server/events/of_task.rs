//! `GET /tasks/{id}/events`: what happens to a task, from any event on.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::follower::Follower;
use super::stream::StreamedEvent;
use super::{answer, last};
use crate::server::access::{App, Scope};
use crate::server::http::{Problem, ProblemBody};
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
        (status = 404, description = "No task of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A number that is none", body = ProblemBody, content_type = "application/problem+json"),
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
    let after = last::told(&uri, &headers, "the number of an event")?.unwrap_or(0);
    let task = scope.task(id).await?;
    let is_told = task.status().is_final() && task.events <= after;
    if is_told && upgrade.is_err() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(answer::stream_or_socket(&app, Follower::of_task(scope, id, after), upgrade))
}
