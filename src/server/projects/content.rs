//! `GET /projects/{id}/artifacts/{path}`: what one of them says.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::Uri;
use axum::response::Response;

use super::folder::{PlainPath, Shelf};
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};

/// One artifact of a project
///
/// The file as it is. Its path is one of those that the artifacts are listed with.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/artifacts/{path}", tag = "projects", operation_id = "get_project_artifact",
    params(
        ("id" = String, Path, description = "The id of a project of yours"),
        ("path" = String, Path, description = "The path of an artifact; slashes stay as they are"),
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
        (status = 404, description = "No project of yours, or no such file", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query, or a file that is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "It cannot be read", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn content(
    scope: Scope,
    place: Result<Path<(String, String)>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let Path((id, path)) = place.map_err(|_| Problem::no_project("in the path"))?;
    let project = scope.project(&id).await?;
    Shelf::new(project.artifacts).read(PlainPath::of(&path)?).await
}
