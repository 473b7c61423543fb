//! `GET /tasks/{id}/artifacts`: the files that a task left.

use axum::Json;
use axum::http::Uri;
use serde_json::Value;

use super::id::OwnId;
use crate::engine::Finished;
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};
use crate::server::projects::{ArtifactList, PlainPath, Shelf};
use crate::task::{Task, Work};

/// The files that a task left
///
/// Those that are still there: documents by their paths in the artifacts of its project, a test file by its path in the
/// project. What a handler of yours leaves is not known.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}/artifacts", tag = "tasks", operation_id = "list_task_artifacts",
    params(("id" = String, Path, description = "The id of a task of yours")),
    responses(
        (status = 200, description = "The files; none while it goes on", body = ArtifactList),
        (status = 401, description = "No key that holds", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No task of yours, or its project is none of yours any more", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "They cannot be read", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The store does not answer", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn artifacts(
    scope: Scope,
    OwnId(id): OwnId,
    uri: Uri,
) -> Result<Json<ArtifactList>, Problem> {
    query_of(&uri, &[])?;
    let task = scope.task(id).await?;
    match left(&task, &scope).await? {
        Some((shelf, paths)) => Ok(Json(shelf.some(paths).await?)),
        None => Ok(Json(ArtifactList::default())),
    }
}

/// Where the files of a task lie, and which they are; `None` where it left none.
pub(super) async fn left(task: &Task, scope: &Scope) -> Result<Option<(Shelf, Vec<PlainPath>)>, Problem> {
    scope.check_project(&task.new.work).await?;
    let Some(finished) = scope.finished(task).await? else { return Ok(None) };
    Ok(left_by(task, &finished))
}

fn left_by(task: &Task, finished: &Finished) -> Option<(Shelf, Vec<PlainPath>)> {
    let result = finished.result.as_deref()?;
    let (folder, named): (_, Vec<&Value>) = match &task.new.work {
        Work::Documents(documents) => {
            (&documents.project.folder, result.get("generated_files")?.as_array()?.iter().collect())
        }
        // Without a digest nothing was written: what lies there is someone else's.
        Work::GenerateTests(request) if result.get("test_sha256").is_some_and(Value::is_string) => {
            (&request.context.project_root, result.get("test_file").into_iter().collect())
        }
        _ => return None,
    };
    let paths = named.into_iter().filter_map(|path| PlainPath::of(path.as_str()?).ok()).collect();
    Some((Shelf::new(folder.clone()), paths))
}
