//! `DELETE /projects/{id}`: forgets a project; its files stay.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{StatusCode, Uri};

use crate::server::access::Writer;
use crate::server::http::{Problem, ProblemBody, query_of};

/// Forget a project
///
/// For its owner, and for admins. Its files stay, and tasks that were submitted go on.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}", tag = "projects", operation_id = "remove_project",
    params(("id" = String, Path, description = "The id of a project of yours")),
    responses(
        (status = 204, description = "It is forgotten"),
        (status = 403, description = "A key that only reads, or someone else looks after it", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No project of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn remove(
    Writer(scope): Writer,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<StatusCode, Problem> {
    query_of(&uri, &[])?;
    let Path(id) = id.map_err(|_| Problem::no_project("in the path"))?;
    scope.remove_project(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
