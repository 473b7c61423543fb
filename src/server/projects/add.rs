//! `POST /projects`: adds a project of the machine, or replaces what was said of it. It names a folder, so it is for admins.

use std::path::PathBuf;

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;

use super::view::ProjectView;
use crate::access::{Project, ProjectId, UserName};
use crate::server::access::{Admin, Scope};
use crate::server::http::{Fields, JsonBody, Problem, ProblemBody, query_of};

/// A project to add.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read field by field")]
pub(in crate::server) struct NewProjectBody {
    /// A letter or digit, then at most 127 letters, digits, `-`, `_` and `.`.
    #[schema(example = "shop", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    project_id: String,
    /// The folder of its code, on the machine of the service: an absolute path.
    #[schema(example = "/srv/shop")]
    root: String,
    /// Who looks after it, besides admins.
    #[schema(example = "ada")]
    owner: Option<String>,
    /// Who else may work on it.
    #[schema(example = json!(["bob"]))]
    members: Option<Vec<String>>,
}

/// Add a project
///
/// In the place of the one that had its id. For keys with the role `admin`.
#[utoipa::path(
    post, path = "/api/v1/projects", tag = "projects", operation_id = "add_project",
    request_body(content = NewProjectBody),
    responses(
        (status = 201, description = "It is there now", body = ProjectView),
        (status = 200, description = "It was there, and is replaced", body = ProjectView),
        (status = 403, description = "A key without the role `admin`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field that does not hold", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn add(
    Admin(scope): Admin,
    uri: Uri,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    query_of(&uri, &[])?;
    let mut fields = Fields::of(body)?;
    let id: ProjectId = parse("project_id", &fields.need::<String>("project_id")?)?;
    let root: PathBuf = fields.need::<String>("root")?.into();
    let owner = fields.take::<String>("owner")?.map(|name| parse("owner", &name)).transpose()?;
    let members: Vec<String> = fields.take("members")?.unwrap_or_default();
    let members = members.iter().map(|name| parse::<UserName>("members", name)).collect::<Result<_, _>>()?;
    fields.end()?;
    let project = Project { owner, members, ..made(id, root, &scope).await? };
    let view = Json(ProjectView::of(&project));
    let status = if scope.keep_project(project).await? { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, view).into_response())
}

fn parse<T: std::str::FromStr<Err = String>>(field: &'static str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|message| Problem::field(field, message))
}

async fn made(id: ProjectId, root: PathBuf, scope: &Scope) -> Result<Project, Problem> {
    let refused = |message: String| Problem::field("root", message);
    if !root.is_absolute() {
        return Err(refused(format!("must be an absolute path, not {}", root.display())));
    }
    let workspace_root = scope.settings().workspace_root.clone();
    let made = tokio::task::spawn_blocking(move || Project::at(&root, id, &workspace_root)).await;
    made.map_err(|error| Problem::bug(&error.to_string()))?.map_err(refused)
}
