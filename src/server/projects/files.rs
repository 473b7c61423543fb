//! `GET /projects/{id}/artifacts`: the files that the documents of a project are.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::Uri;

use super::folder::{ArtifactList, Shelf};
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};

/// The artifacts of a project
///
/// Requirements, matrix and test cases, by their paths.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/artifacts", tag = "projects", operation_id = "list_project_artifacts",
    params(("id" = String, Path, description = "The id of a project of yours")),
    responses(
        (status = 200, description = "The files", body = ArtifactList),
        (status = 404, description = "No project of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "They cannot be read", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn files(
    scope: Scope,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Json<ArtifactList>, Problem> {
    query_of(&uri, &[])?;
    let Path(id) = id.map_err(|_| Problem::no_project("in the path"))?;
    let project = scope.project(&id).await?;
    Ok(Json(Shelf::new(project.artifacts).all().await?))
}
