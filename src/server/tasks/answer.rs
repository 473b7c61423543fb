//! How is a task answered? As JSON with a tag by which a client tells whether anything happened, and a hint when to
//! ask again.

use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::view::TaskView;
use crate::server::access::Scope;
use crate::server::http::Problem;
use crate::task::Task;

/// How soon to ask again, in seconds.
const AGAIN: &str = "2";

/// A task with this status of HTTP.
pub(super) async fn answer(status: StatusCode, task: &Arc<Task>, scope: &Scope) -> Result<Response, Problem> {
    let finished = scope.finished(task).await?;
    let task = finished.as_ref().map_or(task, |finished| &finished.task);
    let view = TaskView::of(task, finished.as_ref(), scope.caller().name());
    let mut headers = HeaderMap::new();
    headers.insert(header::ETAG, tag(task));
    if !task.status().is_final() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(AGAIN));
    }
    Ok((status, headers, Json(view)).into_response())
}

/// A task that was submitted: where it is, and that it goes on.
pub(super) async fn accepted(task: &Arc<Task>, scope: &Scope) -> Result<Response, Problem> {
    let status = if task.status().is_final() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let mut response = answer(status, task, scope).await?;
    let location = format!("/api/v1/tasks/{}", task.id());
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Whether the client has this already.
pub(super) fn is_known(task: &Task, headers: &HeaderMap) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let tag = tag(task);
    let mut tags = known.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.trim_start_matches("W/").as_bytes() == tag.as_bytes())
}

/// Nothing has happened since.
pub(super) fn unchanged(task: &Task) -> Response {
    (StatusCode::NOT_MODIFIED, [(header::ETAG, tag(task))]).into_response()
}

/// The number of its last event tells whether anything happened to a task.
fn tag(task: &Task) -> HeaderValue {
    HeaderValue::try_from(format!("\"{}\"", task.events)).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The name of a header that HTTP does not know.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
