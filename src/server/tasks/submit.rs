//! `POST /tasks`: keeps a task of any kind.

use axum::http::HeaderMap;
use axum::http::Uri;
use axum::response::Response;

use super::answer::accepted;
use super::submission::{NewTaskBody, task_of};
use super::view::TaskView;
use crate::server::access::{Scope, Writer};
use crate::server::http::{JsonBody, Problem, ProblemBody, query_of, wait_of};
use crate::task::NewTask;

/// Submit a task of any kind
///
/// Answers at once, unless `Prefer: wait=N` asks to wait for its end. The same `Idempotency-Key` gives the same task.
#[utoipa::path(
    post, path = "/api/v1/tasks", tag = "tasks", operation_id = "submit_task",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same for the same request, at most 255 characters", max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds, 50 at most, for the end"),
    ),
    request_body(content = NewTaskBody),
    responses(
        (status = 202, description = "Kept, and goes on", body = TaskView),
        (status = 200, description = "Kept, and has ended", body = TaskView),
        (status = 403, description = "A key that only reads", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No project of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field that does not hold", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "As many tasks wait as may", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn submit(
    Writer(scope): Writer,
    uri: Uri,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let (task, callback) = task_of(body, &headers, &scope).await?;
    keep(task, callback, &headers, &scope).await
}

/// Keeps a task, and answers it at once or as long after as `Prefer` says.
pub(super) async fn keep(
    task: NewTask,
    callback: Option<String>,
    headers: &HeaderMap,
    scope: &Scope,
) -> Result<Response, Problem> {
    let task = scope.submit_and_tell(task, callback).await?;
    let task = match wait_of(headers) {
        Some(limit) => scope.settled(task.id(), limit).await?,
        None => task,
    };
    accepted(&task, scope).await
}
