//! What is looked at and made before the agent works? Whatever can refuse the request refuses it here.

use std::sync::Arc;

use super::{module, namesake};
use crate::kinds::Attempt;
use crate::kinds::desk::desk_name;
use crate::sandbox::{
    Attempt as Workspaces, Interpreter, ModuleLayout, ProbeDir, Project, ProjectPath, Sandbox, SandboxError,
};
use crate::task::{Failure, GenerateTests, Progress, Stage};
use crate::verify::check_output;

/// Everything that the iterations work with.
pub(super) struct Preparation {
    pub(super) module: ProjectPath,
    pub(super) output: ProjectPath,
    pub(super) layout: ModuleLayout,
    pub(super) sandbox: Sandbox,
    pub(super) workspaces: Workspaces,
    /// Where the agent works, apart from the rest where that is kept for another attempt.
    kept: Option<Workspaces>,
    pub(super) source_sha256: String,
}

impl Preparation {
    pub(super) async fn make(
        attempt: &Attempt,
        request: &GenerateTests,
        probe: &ProbeDir,
        keeps_workspace: bool,
    ) -> Result<Self, Failure> {
        let message = "copying the project".to_owned();
        attempt.report(Progress::of_iteration(Stage::Preparing, message, 1, request.max_iterations));
        let context = &request.context;
        let project = Arc::new(Project::open(&context.project_root, &context.workspace_root)?);
        let module = ProjectPath::parse(&request.module_path, &context.project_root)?;
        let output = ProjectPath::parse(&request.output_path, &context.project_root)?;
        let source_sha256 = module::inspect(project.dir(), &module)?;
        // A file that is not ours stops the attempt before the agent is paid.
        check_output(&project, &output, request.overwrite)?;
        namesake::refuse(project.dir(), &output)?;
        let interpreter = Interpreter::probe(&context.python, probe).await?;
        let sandbox = if context.require_sandbox {
            Sandbox::require(interpreter, probe).await?
        } else {
            Sandbox::detect(interpreter, probe).await?
        };
        let layout = ModuleLayout::find(project.dir(), &module);
        Workspaces::clear(&project, &format!("{}-", attempt.task.id())).await?;
        let name = format!("{}-{}", attempt.task.id(), attempt.task.token);
        let workspaces = Workspaces::begin(Arc::clone(&project), &name).await?;
        let kept = if keeps_workspace {
            Some(Workspaces::resume(project, &desk_name(attempt)).await?)
        } else {
            None
        };
        Ok(Self { module, output, layout, sandbox, workspaces, kept, source_sha256 })
    }

    /// Where the agent works.
    pub(super) fn desk(&self) -> &Workspaces {
        self.kept.as_ref().unwrap_or(&self.workspaces)
    }

    /// Leaves where the agent works for the attempt that goes on.
    pub(super) fn keep_desk(&self) {
        if let Some(kept) = &self.kept {
            kept.keep();
        }
    }

    /// Removes every folder of the attempt that is not kept.
    pub(super) async fn remove(self, is_desk_kept: bool) -> Result<(), SandboxError> {
        self.workspaces.remove().await?;
        match self.kept {
            Some(kept) if !is_desk_kept => kept.remove().await,
            _ => Ok(()),
        }
    }

    pub(super) fn project(&self) -> &Arc<Project> {
        self.workspaces.project()
    }
}
