//! `GET /projects/{id}`: one project of the caller.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::Uri;

use super::view::ProjectView;
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};

/// See who works on a project
#[utoipa::path(
    get, path = "/api/v1/projects/{id}", tag = "projects", operation_id = "get_project",
    params(("id" = String, Path, description = "The id of a project of yours")),
    responses(
        (status = 200, description = "The project", body = ProjectView),
        (status = 404, description = "No project of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn show(
    scope: Scope,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Json<ProjectView>, Problem> {
    query_of(&uri, &[])?;
    let Path(id) = id.map_err(|_| Problem::no_project("in the path"))?;
    Ok(Json(ProjectView::of(&scope.project(&id).await?)))
}
