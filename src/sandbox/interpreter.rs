//! Which Python does the project use, and can it run tests? Asked once per interpreter.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{ProbeDir, SandboxError, Tool};

/// The oldest Python whose code our probe files are.
const OLDEST: [u32; 3] = [3, 10, 0];
/// How long an interpreter may take to describe itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Good answers, by interpreter, with what would change if it were installed into.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

type Known = HashMap<PathBuf, (Stamp, Arc<Interpreter>)>;
type Stamp = Vec<Option<SystemTime>>;

/// An interpreter that can run tests and measure them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    path: PathBuf,
    description: Description,
}

/// What `environment.py` answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Description {
    version: [u32; 3],
    /// As it was called: in a virtual environment a link.
    program: PathBuf,
    /// Where it really lies.
    executable: PathBuf,
    prefix: PathBuf,
    base_prefix: PathBuf,
    site_dirs: Vec<PathBuf>,
    user_base: Option<PathBuf>,
    sys_path: Vec<PathBuf>,
    pytest: Option<String>,
    coverage: Option<String>,
    agent_server: Option<String>,
}

impl Interpreter {
    /// Asks the interpreter what it is, and sees that it can run tests.
    pub async fn probe(python: &Path, probe: &ProbeDir) -> Result<Arc<Self>, SandboxError> {
        let interpreter = Self::describe(python, probe).await?;
        interpreter.check()?;
        Ok(interpreter)
    }

    /// Asks the interpreter what it is, and sees that it can run an agent server.
    pub async fn probe_for_agent_server(python: &Path, probe: &ProbeDir) -> Result<Arc<Self>, SandboxError> {
        let interpreter = Self::describe(python, probe).await?;
        match interpreter.description.agent_server {
            Some(_) => Ok(interpreter),
            None => Err(SandboxError::AgentServerMissing { python: interpreter.path.clone() }),
        }
    }

    /// What it is, whatever it can do; a good answer is kept until something is installed into it.
    async fn describe(python: &Path, probe: &ProbeDir) -> Result<Arc<Self>, SandboxError> {
        let path = std::path::absolute(python).map_err(|error| missing(python, error.to_string()))?;
        if let Some((stamp, known)) = KNOWN.lock().get(&path)
            && *stamp == known.stamp()
        {
            return Ok(Arc::clone(known));
        }
        let description = describe(&path, probe).await?;
        let interpreter = Arc::new(Self { path: program(&path, &description), description });
        if interpreter.check().is_ok() || interpreter.agent_server_version().is_some() {
            KNOWN.lock().insert(path, (interpreter.stamp(), Arc::clone(&interpreter)));
        }
        Ok(interpreter)
    }

    /// The interpreter as it was configured, absolute: the link in a virtual environment, not what it names. Where that
    /// is a script which starts the interpreter, as those of pyenv, what it starts.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version, such as `3.11.7`.
    #[must_use]
    pub fn version(&self) -> String {
        self.description.version.map(|part| part.to_string()).join(".")
    }

    /// The version of pytest.
    #[must_use]
    pub fn pytest_version(&self) -> &str {
        self.description.pytest.as_deref().unwrap_or_default()
    }

    /// The version of coverage.
    #[must_use]
    pub fn coverage_version(&self) -> &str {
        self.description.coverage.as_deref().unwrap_or_default()
    }

    /// The version of the agent server, if it is installed.
    #[must_use]
    pub fn agent_server_version(&self) -> Option<&str> {
        self.description.agent_server.as_deref()
    }

    /// Where this user's own packages lie, if the interpreter looks there.
    pub(super) fn user_base(&self) -> Option<&Path> {
        self.description.user_base.as_deref()
    }

    /// Folders below `root` on the interpreter's path, relative to it: where an editable install of the project
    /// has put its sources. A copy of the project must have its own on the path instead.
    #[must_use]
    pub fn editable_paths(&self, root: &Path) -> Vec<PathBuf> {
        let own = |path: &&PathBuf| path.starts_with(root) && !self.is_installed(path);
        self.description
            .sys_path
            .iter()
            .filter(own)
            .filter_map(|path| path.strip_prefix(root).ok().map(Path::to_owned))
            .collect()
    }

    /// Everything on disk that the interpreter needs, but for the project that a copy stands for and for folders
    /// that hold it.
    #[must_use]
    pub fn needed_paths(&self, stands_for: Option<&Path>) -> Vec<PathBuf> {
        let description = &self.description;
        let hides = |path: &Path| {
            stands_for.is_some_and(|root| {
                root.starts_with(path) || (path.starts_with(root) && !self.is_installed(path))
            })
        };
        let binary_folder = description.executable.parent().map(Path::to_owned);
        let mut paths = vec![description.prefix.clone(), description.base_prefix.clone()];
        paths.extend(std::fs::canonicalize(&description.base_prefix));
        paths.extend(binary_folder);
        paths.extend(description.site_dirs.iter().cloned());
        paths.extend(description.sys_path.iter().filter(|path| !hides(path)).cloned());
        paths
    }

    fn is_installed(&self, path: &Path) -> bool {
        let description = &self.description;
        let places = [&description.prefix, &description.base_prefix];
        places.into_iter().chain(&description.site_dirs).any(|place| path.starts_with(place))
    }

    fn stamp(&self) -> Stamp {
        let files = [&self.path, &self.description.executable];
        files.into_iter().chain(&self.description.site_dirs).map(|path| modified(path)).collect()
    }

    fn check(&self) -> Result<(), SandboxError> {
        let packages = [("pytest", &self.description.pytest), ("coverage", &self.description.coverage)];
        let missing: Vec<&str> =
            packages.iter().filter(|(_, version)| version.is_none()).map(|(name, _)| *name).collect();
        if self.description.version < OLDEST {
            let reason = format!("it is {}", self.version());
            return Err(SandboxError::InterpreterUnusable { python: self.path.clone(), reason });
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(SandboxError::PackageMissing { python: self.path.clone(), missing: missing.join(" and no ") })
    }
}

/// What is to be run for a configured path.
fn program(configured: &Path, description: &Description) -> PathBuf {
    let is_itself = std::fs::canonicalize(configured).is_ok_and(|real| real == description.executable);
    if is_itself { configured.to_owned() } else { description.program.clone() }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn missing(python: &Path, reason: String) -> SandboxError {
    SandboxError::InterpreterMissing { python: python.to_owned(), reason }
}

async fn describe(python: &Path, probe: &ProbeDir) -> Result<Description, SandboxError> {
    let mut command = std::process::Command::new(python);
    command.arg(probe.environment()).env_clear();
    for name in ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    let finished =
        Tool::new(command, PATIENCE, 1 << 20).run(&CancellationToken::new()).await.map_err(|error| {
            match error {
                SandboxError::Process { source, .. } => missing(python, source.to_string()),
                other => other,
            }
        })?;
    let unusable = |reason| SandboxError::InterpreterUnusable { python: python.to_owned(), reason };
    if !finished.exit.is_success() {
        return Err(unusable(finished.last_line()));
    }
    serde_json::from_slice(&finished.stdout_tail).map_err(|error| unusable(error.to_string()))
}
