//! `POST /tasks/coverage-analysis`: what is covered of a project's requirements, or of one of its modules.

use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use utoipa::ToSchema;

use super::submission::task_of_kind;
use super::submit::keep;
use super::view::TaskView;
use crate::server::access::Writer;
use crate::server::http::{Fields, JsonBody, Problem, ProblemBody, query_of};
use crate::task::Kind;

/// What to look at.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; read by the kind, whose errors name field, value and remedy"
)]
pub(in crate::server) struct CoverageBody {
    /// The project whose artifacts are read.
    #[schema(example = "shop", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    project_id: String,
    /// A module of the project, whose tests are run; left out: requirements against test cases.
    #[schema(example = "src/shop/pricing.py")]
    file_path: Option<String>,
    /// How a module is measured.
    analysis_options: Option<AnalysisOptions>,
}

/// How a module is measured.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body")]
pub(in crate::server) struct AnalysisOptions {
    /// Whether branches count.
    #[schema(default = true)]
    include_branch_coverage: Option<bool>,
    /// What is to be reached, in percent.
    #[schema(minimum = 0, maximum = 100, default = 80)]
    min_coverage_threshold: Option<i64>,
    /// The tests of the module, files and folders of the project; left out: those that are named for it.
    #[schema(min_items = 1, max_items = 100, example = json!(["tests/unit", "tests/test_shop.py"]))]
    test_paths: Option<Vec<String>>,
}

/// See what is covered
///
/// The same as a task of kind `coverage_analysis`.
#[utoipa::path(
    post, path = "/api/v1/tasks/coverage-analysis", tag = "documents", operation_id = "coverage_analysis",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same for the same request, at most 255 characters", max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds, 50 at most, for the end"),
    ),
    request_body(content = CoverageBody),
    responses(
        (status = 202, description = "Kept, and goes on", body = TaskView),
        (status = 200, description = "Kept, and has ended", body = TaskView),
        (status = 403, description = "A key that only reads", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No project of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field that does not hold", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "As many tasks wait as may", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn coverage_analysis(
    Writer(scope): Writer,
    uri: Uri,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let payload = Fields::only(body, &["project_id", "file_path", "analysis_options"])?;
    let task = task_of_kind(Kind::CoverageAnalysis, payload, &headers, &scope).await?;
    keep(task, scope.callback(None)?, &headers, &scope).await
}
