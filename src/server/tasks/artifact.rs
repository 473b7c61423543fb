//! `GET /tasks/{id}/artifacts/{path}`: what one of the files of a task says.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::Uri;
use axum::response::Response;

use super::artifacts::left;
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};
use crate::server::projects::{PlainPath, no_artifact};

/// One file that a task left
///
/// The file as it is now. Its path is one of those that the task's artifacts are listed with.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}/artifacts/{path}", tag = "tasks", operation_id = "get_task_artifact",
    params(
        ("id" = String, Path, description = "The id of a task of yours"),
        ("path" = String, Path, description = "The path of a file; slashes stay as they are"),
    ),
    responses(
        (
            status = 200, description = "The file, with the type that its name says",
            content(
                (Vec<u8> = "application/octet-stream"),
                (String = "text/plain"),
                (String = "text/markdown"),
                (serde_json::Value = "application/json"),
            ),
        ),
        (status = 404, description = "No task of yours, or no file of it", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query, or a file that is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "It cannot be read", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn artifact(
    scope: Scope,
    place: Result<Path<(String, String)>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let Path((id, path)) = place.map_err(|_| Problem::no_task("in the path"))?;
    let id = id.parse().map_err(|_| Problem::no_task(&id))?;
    let task = scope.task(id).await?;
    let path = PlainPath::of(&path)?;
    match left(&task, &scope).await? {
        Some((shelf, paths)) if paths.contains(&path) => shelf.read(path).await,
        _ => Err(no_artifact(path.as_str())),
    }
}
