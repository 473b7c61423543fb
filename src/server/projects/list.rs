//! `GET /projects`: the projects that the caller may work on.

use axum::Json;
use axum::http::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::ProjectView;
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};

/// The projects that you may work on.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct ProjectList {
    projects: Vec<ProjectView>,
}

/// The projects that you may work on
///
/// By their ids. Without keys those too that nobody added, once they have documents.
#[utoipa::path(
    get, path = "/api/v1/projects", tag = "projects", operation_id = "list_projects",
    responses(
        (status = 200, description = "All of them", body = ProjectList),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn list(scope: Scope, uri: Uri) -> Result<Json<ProjectList>, Problem> {
    query_of(&uri, &[])?;
    let projects = scope.projects().await?;
    Ok(Json(ProjectList { projects: projects.iter().map(ProjectView::of).collect() }))
}
