//! `POST /bot/coverage-test-sync`: the same as `/bot/coverage-test`, for clients of old that wait for the result itself.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::answer::accepted;
use super::coverage_test::{CoverageTestBody, FIELDS};
use super::submission::task_of_kind;
use super::view::TaskView;
use crate::engine::Finished;
use crate::server::access::Writer;
use crate::server::http::{Fields, JsonBody, LONGEST_WAIT, Problem, ProblemBody, query_of};
use crate::task::{ErrorKind, Kind};

/// Since when it is deprecated (RFC 9745): September 2025, when the coverage test became a task.
const SINCE: HeaderValue = HeaderValue::from_static("@1756684800");
/// What to use instead.
const INSTEAD: HeaderValue =
    HeaderValue::from_static("</api/v1/bot/coverage-test>; rel=\"successor-version\"");

/// See which requirements of a project its test cases cover, and wait
///
/// Deprecated: use `/api/v1/bot/coverage-test`, which answers at once. This one waits for the end, up to 50 s, and
/// answers the result itself; what takes longer goes on as the task that is answered.
#[utoipa::path(
    post, path = "/api/v1/bot/coverage-test-sync", tag = "documents", operation_id = "coverage_test_sync",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same for the same request, at most 255 characters", max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
    ),
    request_body(content = CoverageTestBody),
    responses(
        (status = 200, description = "The result", body = Object),
        (status = 202, description = "It takes longer, and goes on", body = TaskView),
        (status = 403, description = "A key that only reads, or no project of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field that does not hold, or the analysis has failed", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "As many tasks wait as may", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "The analysis met a bug, or its processes died", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn coverage_test_sync(
    Writer(scope): Writer,
    uri: Uri,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let payload = Fields::only(body, FIELDS)?;
    let task = task_of_kind(Kind::CoverageAnalysis, payload, &headers, &scope).await;
    let task = task.map_err(Problem::into_forbidden)?;
    let task = scope.submit_and_tell(task, scope.callback(None)?).await?;
    let task = scope.settled(task.id(), LONGEST_WAIT).await?;
    match scope.finished(&task).await? {
        Some(finished) => result(finished),
        None => accepted(&task, &scope).await,
    }
}

/// What the task left, or why it left nothing.
fn result(finished: Finished) -> Result<Response, Problem> {
    let Some(failure) = finished.failure() else { return Ok(Json(finished.result).into_response()) };
    let status = match failure.kind {
        ErrorKind::Internal | ErrorKind::Lost => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Err(Problem::new(status, format!("task {}: {}", finished.task.id(), failure.message)))
}

/// Says with every answer of the route that it is deprecated.
pub(in crate::server) async fn deprecate(mut response: Response) -> Response {
    response.headers_mut().insert("deprecation", SINCE);
    response.headers_mut().insert(header::LINK, INSTEAD);
    response
}
