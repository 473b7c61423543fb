//! Do files of test cases parse, and does pytest collect them? Looked at by the project's interpreter, in the sandbox, in a
//! folder where nothing else is.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::kinds::Attempt;
use crate::kinds::steps::apart;
use crate::sandbox::{
    Attempt as Workspaces, Command, Exit, Finished, Interpreter, ProbeDir, Project, ProjectPath, Sandbox,
    SandboxError, Workspace,
};
use crate::task::{Context, ErrorKind, Failure};

/// How long the answer of an interpreter may be.
const MOST_ANSWER: usize = 32 << 20;

/// What a file of test cases holds.
#[derive(Debug, Deserialize)]
pub(super) struct CaseFile {
    /// Why it does not parse.
    pub(super) error: Option<String>,
    pub(super) tests: Vec<FoundTest>,
}

/// One test of such a file.
#[derive(Debug, Deserialize)]
pub(super) struct FoundTest {
    pub(super) name: String,
    /// Whether somebody has still to write it.
    pub(super) draft: bool,
    /// The texts of `REQUIREMENT` and of its marks.
    pub(super) named: Vec<String>,
    /// That of its class, and its own.
    pub(super) docstrings: Vec<String>,
}

/// A folder with the files, and what runs there.
pub(super) struct Bench<'a> {
    attempt: &'a Attempt,
    sandbox: Sandbox,
    workspaces: Workspaces,
    desk: Workspace,
}

/// What runs code of the project of a task, and where it makes its copies.
pub(super) async fn prepare(
    attempt: &Attempt,
    context: &Context,
    probe: &ProbeDir,
) -> Result<(Sandbox, Workspaces), Failure> {
    let project = Arc::new(Project::open(&context.project_root, &context.workspace_root)?);
    let interpreter = Interpreter::probe(&context.python, probe).await?;
    let sandbox = if context.require_sandbox {
        Sandbox::require(interpreter, probe).await?
    } else {
        Sandbox::detect(interpreter, probe).await?
    };
    Workspaces::clear(&project, &format!("{}-", attempt.task.id())).await?;
    let name = format!("{}-{}", attempt.task.id(), attempt.task.token);
    Ok((sandbox, Workspaces::begin(project, &name).await?))
}

impl<'a> Bench<'a> {
    /// A folder of its own, empty.
    pub(super) async fn make(
        attempt: &'a Attempt,
        context: &Context,
        probe: &ProbeDir,
    ) -> Result<Self, Failure> {
        let (sandbox, workspaces) = prepare(attempt, context, probe).await?;
        let desk = workspaces.empty("cases").await?;
        Ok(Self { attempt, sandbox, workspaces, desk })
    }

    /// Puts files there.
    pub(super) async fn put(&self, files: Vec<(ProjectPath, Vec<u8>)>) -> Result<(), Failure> {
        let (dir, root) = (self.desk.dir()?, self.desk.root().to_owned());
        let putting = apart(move || {
            for (path, bytes) in files {
                let wrap = |source| SandboxError::file(root.join(&path), source);
                if let Some(parent) = path.parent() {
                    dir.create_dir_all(parent).map_err(wrap)?;
                }
                dir.write(&path, bytes).map_err(wrap)?;
            }
            Ok(())
        });
        putting.await?
    }

    /// What the files hold, in their order.
    pub(super) async fn read(&self, paths: &[ProjectPath]) -> Result<Vec<CaseFile>, Failure> {
        // There may be more than a command line takes.
        let list = self.desk.scratch().join("paths.json");
        let names: Vec<&str> = paths.iter().map(ProjectPath::as_str).collect();
        let written = tokio::fs::write(&list, Value::from(names).to_string()).await;
        written.map_err(|source| SandboxError::file(&list, source))?;
        let mut command = Command::new(self.desk.root(), self.desk.scratch())
            .args(["-I", "-S"])
            .arg(self.sandbox.probe().read_cases())
            .arg(list);
        command.limits.output_bytes = MOST_ANSWER;
        let finished = self.run(command).await?;
        if !finished.exit.is_success() {
            let message = format!("a probe script {}: {}", finished.exit, finished.last_line());
            return Err(Failure::new(ErrorKind::Internal, message));
        }
        let found = apart(move || serde_json::from_slice(&finished.stdout_tail)).await?;
        found.map_err(|error| {
            Failure::new(ErrorKind::Internal, format!("a probe script answers nonsense: {error}"))
        })
    }

    /// How many tests pytest collects from all files there.
    pub(super) async fn collect(&self) -> Result<usize, Failure> {
        let mut command = Command::new(self.desk.root(), self.desk.scratch())
            .args(["-m", "pytest", "-o", "addopts=", "-p", "no:xdist", "-p", "no:cov", "-p", "no:randomly"])
            .args(["-p", "no:openhands_testgen", "-p", "no:cacheprovider", "-c", "/dev/null"])
            .arg(format!("--rootdir={}", self.desk.root().display()))
            .args(["--collect-only", "-q", "."])
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.limits.output_bytes = MOST_ANSWER;
        let finished = self.run(command).await?;
        if !finished.exit.is_success() {
            let message = format!("pytest {}: {}", finished.exit, finished.last_line());
            return Err(Failure::new(ErrorKind::Verification, message));
        }
        apart(move || finished.stdout().lines().filter(|line| line.contains("::")).count()).await
    }

    /// Removes the folder.
    pub(super) async fn remove(self) {
        if let Err(error) = self.workspaces.remove().await {
            tracing::warn!(task = %self.attempt.task.id(), %error, "the workspace of an attempt is left behind");
        }
    }

    async fn run(&self, command: Command) -> Result<Finished, Failure> {
        let finished = self.sandbox.run(command, &self.attempt.cancel).await?;
        match finished.exit {
            Exit::Cancelled => Err(Failure::new(ErrorKind::Cancelled, "the attempt was asked to stop")),
            _ => Ok(finished),
        }
    }
}
