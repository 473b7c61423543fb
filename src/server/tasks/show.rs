//! `GET /tasks/{id}`: where a task stands.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::answer::{answer, is_known, unchanged};
use super::id::OwnId;
use super::view::TaskView;
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of, wait_of};

/// Where a task stands
///
/// With `If-None-Match` a task that nothing has happened to since is answered without a body.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}", tag = "tasks", operation_id = "get_task",
    params(
        ("id" = String, Path, description = "The id of a task of yours"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds, 50 at most, for the end"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an earlier answer"),
    ),
    responses(
        (status = 200, description = "The task", body = TaskView),
        (status = 304, description = "As it was"),
        (status = 404, description = "No task of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn show(
    scope: Scope,
    OwnId(id): OwnId,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let limit = wait_of(&headers).unwrap_or(Duration::ZERO);
    let task = scope.settled(id, limit).await?;
    if is_known(&task, &headers) {
        return Ok(unchanged(&task));
    }
    answer(StatusCode::OK, &task, &scope).await
}
