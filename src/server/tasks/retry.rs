//! `POST /tasks/{id}/retry`: submits a task that ended without success once more.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::json;

use super::answer::accepted;
use super::id::OwnId;
use super::submission::terms_of;
use super::view::{TaskView, word};
use crate::server::access::Writer;
use crate::server::http::{Problem, ProblemBody, query_of};
use crate::task::{State, Wait};

/// Submit a failed or cancelled task once more
///
/// Answers a new task, whose metadata say `retry_of`. The same `Idempotency-Key` gives the same new task. The body is not
/// read.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/retry", tag = "tasks", operation_id = "retry_task",
    params(
        ("id" = String, Path, description = "The id of a task of yours"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same for the same request, at most 255 characters", max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
    ),
    responses(
        (status = 202, description = "The new task", body = TaskView),
        (status = 200, description = "The new task, which has ended", body = TaskView),
        (status = 403, description = "A key that only reads", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No task of yours, or its project is none of yours any more", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "It has not failed", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query, or a key of another request", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "As many tasks wait as may", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn retry(
    Writer(scope): Writer,
    OwnId(id): OwnId,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let task = scope.task(id).await?;
    match task.state {
        State::Failed | State::Cancelled | State::Pending { wait: Wait::LeftBehind } => {}
        _ => {
            let status = word(task.status());
            let detail = format!("task {id} is {status}: only a failed or cancelled task can be retried");
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
    }
    let request = json!({"retry_of": id.to_string()});
    let task = scope.retry_and_tell(id, terms_of(request.as_object(), &headers)?).await?;
    accepted(&task, &scope).await
}
