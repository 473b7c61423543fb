//! What does the service tell of a project?

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Project;

/// A project. Where it lies is nothing to its users.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct ProjectView {
    /// What tasks call it by.
    #[schema(example = "shop")]
    project_id: String,
    /// Who looks after it, besides admins.
    #[schema(example = "ada")]
    owner: Option<String>,
    /// Who else may work on it.
    #[schema(example = json!(["bob"]))]
    members: Vec<String>,
}

impl ProjectView {
    pub(super) fn of(project: &Project) -> Self {
        let owner = project.owner.as_ref().map(ToString::to_string);
        let members = project.members.iter().map(ToString::to_string).collect();
        Self { project_id: project.id.to_string(), owner, members }
    }
}
