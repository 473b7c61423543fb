//! `DELETE /tasks/{id}`: ends a task, and everything that runs for it.

use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::answer::answer;
use super::id::OwnId;
use super::view::{TaskView, word};
use crate::server::access::Writer;
use crate::server::http::{Problem, ProblemBody, query_of};
use crate::task::Task;

/// End a task
///
/// Answers when everything that ran for it is dead; 202 where that takes longer than 10 s.
#[utoipa::path(
    delete, path = "/api/v1/tasks/{id}", tag = "tasks", operation_id = "cancel_task",
    params(("id" = String, Path, description = "The id of a task of yours")),
    responses(
        (status = 200, description = "Cancelled", body = TaskView),
        (status = 202, description = "It will be cancelled", body = TaskView),
        (status = 403, description = "A key that only reads", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No task of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "It has ended already", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn cancel(
    Writer(scope): Writer,
    OwnId(id): OwnId,
    uri: Uri,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    refuse_ended(&*scope.task(id).await?)?;
    let task = scope.cancel(id).await?;
    let status = if task.status().is_final() { StatusCode::OK } else { StatusCode::ACCEPTED };
    answer(status, &task, &scope).await
}

/// Refuses to cancel what has ended.
pub(in crate::server) fn refuse_ended(task: &Task) -> Result<(), Problem> {
    if !task.status().is_final() {
        return Ok(());
    }
    let detail = format!("task {} is {} already: nothing is left to cancel", task.id(), word(task.status()));
    Err(Problem::new(StatusCode::CONFLICT, detail))
}
