//! `GET /tasks/{id}/artifacts`: the files that a task left.

use std::path::PathBuf;

use axum::Json;
use axum::http::Uri;
use serde_json::Value;

use super::id::OwnId;
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};
use crate::server::projects::{ArtifactList, PlainPath, Shelf};
use crate::task::{Task, Work};

/// The files that a task left
///
/// Those that are still there: documents by their paths in the artifacts of its project, a test file and what an agent has
/// changed by their paths in the project. A handler of yours names its own in its result, as `generated_files`, by their
/// paths in the artifacts of the `project_id` that its payload names.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}/artifacts", tag = "tasks", operation_id = "list_task_artifacts",
    params(("id" = String, Path, description = "The id of a task of yours")),
    responses(
        (status = 200, description = "The files; none while it goes on", body = ArtifactList),
        (status = 404, description = "No task of yours, or its project is none of yours any more", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "They cannot be read", body = ProblemBody, content_type = "application/problem+json"),
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
    let Some(result) = finished.result.as_deref() else { return Ok(None) };
    let Some(folder) = folder_of(task, result, scope).await? else { return Ok(None) };
    let paths = named(&task.new.work, result).into_iter().filter_map(|path| PlainPath::of(path).ok());
    Ok(Some((Shelf::new(folder), paths.collect())))
}

/// Where the files of a task lie, if it has written any.
async fn folder_of(task: &Task, result: &Value, scope: &Scope) -> Result<Option<PathBuf>, Problem> {
    Ok(match &task.new.work {
        Work::Documents(documents) => Some(documents.project.folder.clone()),
        // Without a digest nothing was written: what lies there is someone else's.
        Work::GenerateTests(request) if result["test_sha256"].is_string() => {
            Some(request.context.project_root.clone())
        }
        // What was not applied is in the result alone.
        Work::AgentTask(request) if result["applied"] == true => Some(request.context.project_root.clone()),
        Work::Custom(_) => scope.artifacts_of(&task.new.work).await?,
        _ => None,
    })
}

/// The paths that a result names.
fn named<'a>(work: &Work, result: &'a Value) -> Vec<&'a str> {
    let all = |name: &str| result[name].as_array().into_iter().flatten();
    match work {
        Work::GenerateTests(_) => result["test_file"].as_str().into_iter().collect(),
        Work::AgentTask(_) => {
            let there = all("files").filter(|file| file["change"] != "deleted");
            there.filter_map(|file| file["path"].as_str()).collect()
        }
        _ => all("generated_files").filter_map(Value::as_str).collect(),
    }
}
