//! Which projects may one user work on? Those that have them as a member; admins all. The one user of a machine works on
//! any: one that nobody has added is made at its first use.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::http::StatusCode;
use chrono::Utc;
use serde_json::{Map, Value};

use super::scope::Scope;
use crate::access::{Project, ProjectId, Role, UserName};
use crate::server::http::Problem;
use crate::task::{Artifacts, Context, Documents, Kind, Work};

impl Scope {
    /// The projects that this user may work on, by their ids.
    pub(in crate::server) async fn projects(&self) -> Result<Vec<Project>, Problem> {
        let caller = self.caller();
        let member = match caller.role {
            Role::Admin => None,
            Role::User | Role::ReadOnly => {
                Some(caller.owner.parse::<UserName>().map_err(|error| Problem::bug(&error))?)
            }
        };
        let mut projects = self.engine().projects(member).await?;
        if caller.is_alone() {
            let known: Vec<_> = projects.iter().map(|project| project.id.clone()).collect();
            let all = ProjectId::all(&self.settings().workspace_root);
            let found = tokio::task::spawn_blocking(move || folders_of(&all)).await.unwrap_or_default();
            projects.extend(found.into_iter().filter(|id| !known.contains(id)).map(|id| self.made(id)));
            projects.sort_by(|one, other| one.id.cmp(&other.id));
        }
        Ok(projects)
    }

    /// A project that this user may work on; any other is one that is not there.
    pub(in crate::server) async fn project(&self, id: &str) -> Result<Project, Problem> {
        let unknown = || Problem::no_project(id);
        let id: ProjectId = id.parse().map_err(|_| unknown())?;
        let caller = self.caller();
        match self.engine().project(id.clone()).await? {
            Some(project) if caller.role == Role::Admin || project.has_member(&caller.owner) => Ok(project),
            None if caller.is_alone() => Ok(self.made(id)),
            _ => Err(unknown()),
        }
    }

    /// Keeps a project, in the place of the one that had its id. Answers whether there was none.
    pub(in crate::server) async fn keep_project(&self, project: Project) -> Result<bool, Problem> {
        let is_new = self.engine().project(project.id.clone()).await?.is_none();
        self.engine().keep_project(project).await?;
        Ok(is_new)
    }

    /// Forgets a project that this user looks after.
    pub(in crate::server) async fn remove_project(&self, id: &str) -> Result<(), Problem> {
        let project = self.project(id).await?;
        let caller = self.caller();
        if caller.role != Role::Admin && !project.is_owned_by(&caller.owner) {
            let detail = format!("project {id} is looked after by somebody else: ask its owner, or an admin");
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        match self.engine().remove_project(project.id).await? {
            Some(_) => Ok(()),
            None => Err(Problem::no_project(id)),
        }
    }

    /// Refuses work on a project that is not this user's, as one that is not there.
    pub(in crate::server) async fn check_project(&self, work: &Work) -> Result<Option<Project>, Problem> {
        match work.project_id() {
            None => Ok(None),
            // What the payload of a user's own kind calls a project is theirs to say where they are alone.
            Some(_) if matches!(work, Work::Custom(_)) && self.caller().is_alone() => Ok(None),
            Some(id) => self.project(&id).await.map(Some),
        }
    }

    /// What work of a kind shares with others, where the project lies that its payload names: paths in it are that project's.
    pub(in crate::server) async fn context_of(
        &self,
        kind: &Kind,
        payload: &Map<String, Value>,
    ) -> Result<Arc<Context>, Problem> {
        let id = payload.get("project_id").and_then(Value::as_str).filter(|_| kind.is_of_documents());
        let Some(id) = id else { return Ok(Arc::clone(self.context())) };
        match self.project(id).await {
            Ok(project) => Ok(context_at(self.context(), &project)),
            Err(problem) if problem.is_passing() => Err(problem),
            // What is wrong with the payload itself is said first.
            Err(_) => Ok(Arc::clone(self.context())),
        }
    }

    /// Work where its project lies; refused where that is not this user's.
    pub(in crate::server) async fn placed(&self, work: Work) -> Result<Work, Problem> {
        let Some(project) = self.check_project(&work).await? else { return Ok(work) };
        match work {
            Work::Documents(documents) => Ok(Work::Documents(Box::new(moved(*documents, project)))),
            other => Ok(other),
        }
    }

    /// The artifacts folder of the project that work names, if it names one of this user's.
    pub(in crate::server) async fn artifacts_of(&self, work: &Work) -> Result<Option<PathBuf>, Problem> {
        let Some(id) = work.project_id() else { return Ok(None) };
        match self.project(&id).await {
            Ok(project) => Ok(Some(project.artifacts)),
            Err(problem) if problem.is_passing() => Err(problem),
            Err(_) => Ok(None),
        }
    }

    /// A project that nobody has added.
    fn made(&self, id: ProjectId) -> Project {
        let settings = self.settings();
        Project {
            artifacts: id.artifacts(&settings.workspace_root),
            id,
            root: settings.project_root.clone(),
            python: None,
            owner: None,
            members: [].into(),
            created_at: Utc::now(),
        }
    }
}

/// The documents of a project where they lie, with its code.
fn moved(documents: Documents, project: Project) -> Documents {
    let context = context_at(&documents.context, &project);
    let id = documents.project.id;
    Documents { project: Artifacts { id, folder: project.artifacts }, order: documents.order, context }
}

/// The same for the code of a project.
fn context_at(context: &Arc<Context>, project: &Project) -> Arc<Context> {
    if project.root == context.project_root {
        return Arc::clone(context);
    }
    let python = project.python.clone().unwrap_or_else(|| context.python.clone());
    Arc::new(Context { project_root: project.root.clone(), python, ..Context::clone(context) })
}

/// The projects that have documents somewhere; what cannot be read has none.
fn folders_of(all: &Path) -> Vec<ProjectId> {
    let entries = std::fs::read_dir(all).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}
