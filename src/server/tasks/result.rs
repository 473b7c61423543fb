//! `GET /tasks/{id}/result`: what a task left, and nothing else.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::answer::answer;
use super::id::OwnId;
use crate::engine::ResultView;
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of, wait_of};

/// What a task left
///
/// The same as Python's `get_test_generation_results` answers; the same each time it is read.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}/result", tag = "tasks", operation_id = "get_result",
    params(
        ("id" = String, Path, description = "The id of a task of yours"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds, 50 at most, for the end"),
    ),
    responses(
        (status = 200, description = "What it left, or why it left nothing", body = Object),
        (status = 202, description = "It has not ended: the task", body = super::view::TaskView),
        (status = 404, description = "No task of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn result(
    scope: Scope,
    OwnId(id): OwnId,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let limit = wait_of(&headers).unwrap_or(Duration::ZERO);
    let task = scope.settled(id, limit).await?;
    match scope.finished(&task).await? {
        Some(finished) => Ok(Json(ResultView::of(&finished)).into_response()),
        None => answer(StatusCode::ACCEPTED, &task, &scope).await,
    }
}
