//! `POST /tasks/generate-test-cases`: requirements of a project into test cases.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use utoipa::ToSchema;

use super::submission::task_of_kind;
use super::submit::keep;
use super::view::TaskView;
use crate::server::access::Writer;
use crate::server::http::{Fields, JsonBody, Problem, ProblemBody, query_of};
use crate::task::Kind;

/// Requirements to make test cases of.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; read by the kind, whose errors name field, value and remedy"
)]
pub(in crate::server) struct TestCasesBody {
    /// The project whose artifacts they become.
    #[schema(example = "shop", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    project_id: String,
    /// The matrix, or requirements in Markdown, at most 1 MiB; left out: the matrix of the project.
    #[schema(example = "REQ-001: User shall be able to login")]
    rtm_content: Option<String>,
    /// How they are made.
    generation_options: Option<GenerationOptions>,
}

/// How test cases are made.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body")]
pub(in crate::server) struct GenerationOptions {
    /// Whether what must be refused and bounds get cases too.
    #[schema(default = false)]
    include_negative_tests: Option<bool>,
    /// What they are written for.
    #[schema(pattern = "^pytest$", default = "pytest")]
    test_framework: Option<String>,
}

/// Make test cases of requirements
///
/// The same as a task of kind `generate_test_cases`: each case a test to be written by a person.
#[utoipa::path(
    post, path = "/api/v1/tasks/generate-test-cases", tag = "documents", operation_id = "generate_test_cases",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same for the same request, at most 255 characters", max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds, 50 at most, for the end"),
    ),
    request_body(content = TestCasesBody),
    responses(
        (status = 202, description = "Kept, and goes on", body = TaskView),
        (status = 200, description = "Kept, and has ended", body = TaskView),
        (status = 403, description = "A key that only reads", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No project of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field that does not hold", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "As many tasks wait as may", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn generate_test_cases(
    Writer(scope): Writer,
    uri: Uri,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let payload = Fields::only(body, &["project_id", "rtm_content", "generation_options"])?;
    let task = task_of_kind(Kind::GenerateTestCases, payload, &headers, &scope).await?;
    keep(task, scope.callback(None)?, &headers, &scope).await
}
