//! `POST /bot/coverage-test`: which requirements of a project its test cases cover.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use utoipa::ToSchema;

use super::submission::task_of_kind;
use super::submit::keep;
use super::view::TaskView;
use crate::server::access::Writer;
use crate::server::http::{Fields, JsonBody, Problem, ProblemBody, query_of};
use crate::task::Kind;

/// The project to look at.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; read by the kind, whose errors name field, value and remedy"
)]
pub(in crate::server) struct CoverageTestBody {
    /// The project whose artifacts are read.
    #[schema(example = "shop", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    project_id: String,
}

/// The fields of such a body.
pub(super) const FIELDS: &[&str] = &["project_id"];

/// See which requirements of a project its test cases cover
///
/// The same as a task of kind `coverage_analysis` that names no module. Answers at once.
#[utoipa::path(
    post, path = "/api/v1/bot/coverage-test", tag = "documents", operation_id = "coverage_test",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same for the same request, at most 255 characters", max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds, 50 at most, for the end"),
    ),
    request_body(content = CoverageTestBody),
    responses(
        (status = 202, description = "Kept, and goes on", body = TaskView),
        (status = 200, description = "Kept, and has ended", body = TaskView),
        (status = 403, description = "A key that only reads, or no project of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field that does not hold", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "As many tasks wait as may", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn coverage_test(
    Writer(scope): Writer,
    uri: Uri,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let payload = Fields::only(body, FIELDS)?;
    let task = task_of_kind(Kind::CoverageAnalysis, payload, &headers, &scope).await;
    let task = task.map_err(Problem::into_forbidden)?;
    keep(task, scope.callback(None)?, &headers, &scope).await
}
