//! What does every verb begin with? The settings of this run, the store they name, and an engine on it.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::{NAME, SettingArguments, Worker};
use super::error::CommandError;
use super::modules::Place;
use super::output::Terminal;
use super::workflow::WorkflowRequest;
use crate::agent;
use crate::config::{self, ConfigError, Inputs, Overrides, Settings, Sources};
use crate::engine::{Engine, EngineError, EngineOptions};
use crate::kinds::Handler;
use crate::sandbox::ProbeDir;
use crate::server::Deliverer;
use crate::store::{AnyStore, StoreLocation};
use crate::task::{Kind, KindName, Lane, TaskId};

/// The Python process that the command runs in.
#[derive(Debug, Clone)]
pub struct Host {
    /// Its interpreter, which starts worker processes too.
    pub python: Option<PathBuf>,
    /// The folder `probe/` of the package.
    pub probe: ProbeDir,
    /// Runs a workflow, whose stages are Python's, and answers the exit code; or why it could not.
    pub run_workflow: fn(&WorkflowRequest) -> Result<i32, String>,
    /// The handlers of a module of the user's, found from this folder too; or why there are none.
    pub load_handlers: fn(&str, &Path) -> Result<UserHandlers, String>,
}

/// Handlers of the user's own kinds.
pub type UserHandlers = Vec<(KindName, Arc<dyn Handler>)>;

/// One run of the command.
pub(super) struct Session {
    pub(super) settings: Settings,
    pub(super) sources: Sources,
    pub(super) location: StoreLocation,
    pub(super) host: Host,
    /// The kinds that a worker runs; none: all that it can.
    kinds: Vec<Kind>,
    /// The handlers that a worker has besides ours.
    handlers: UserHandlers,
    /// What was given on the command line, to be repeated in hints and for worker processes.
    given: SettingArguments,
    working_directory: PathBuf,
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Session").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Session {
    /// Reads all settings; what a worker was told stands above them. Opens nothing.
    pub(super) fn load(
        given: &SettingArguments,
        worker: Option<&Worker>,
        host: &Host,
    ) -> Result<Self, CommandError> {
        let working_directory = env::current_dir().map_err(|error| ConfigError::WorkingDirectory {
            path: PathBuf::from("."),
            reason: error.to_string(),
        })?;
        let inputs = Inputs {
            overrides: overrides(given, worker)?,
            environment: config::process_environment()?,
            working_directory: working_directory.clone(),
            running_python: host.python.clone(),
            lookout: agent::lookout(host.probe.clone(), true),
        };
        let (settings, sources) = config::load(&inputs)?;
        let location = StoreLocation::parse(&settings.store, &settings.project_root)
            .map_err(CommandError::StoreAddress)?;
        let (host, given) = (host.clone(), given.clone());
        let (kinds, handlers) = (Vec::new(), Vec::new());
        let mut session =
            Self { settings, sources, location, host, kinds, handlers, given, working_directory };
        if let Some(worker) = worker {
            session.take_roles(worker)?;
        }
        Ok(session)
    }

    /// What the worker runs: its kinds, by our handlers and the user's.
    fn take_roles(&mut self, worker: &Worker) -> Result<(), CommandError> {
        for module in &worker.handlers {
            let found = (self.host.load_handlers)(module, &self.working_directory);
            self.handlers.extend(found.map_err(|reason| CommandError::Handlers { reason })?);
        }
        self.kinds.clone_from(&worker.kinds);
        let is_handled = |kind: &&Kind| match kind {
            Kind::Custom(name) => self.handlers.iter().any(|(handled, _)| handled == name),
            _ => true,
        };
        match self.kinds.iter().find(|kind| !is_handled(kind)) {
            None => Ok(()),
            Some(kind) => Err(CommandError::Usage {
                message: format!("--kinds {kind}: no handler of that kind is here"),
                hint: "name the module that has one: `--handlers PACKAGE.MODULE`".to_owned(),
            }),
        }
    }

    /// An engine that runs tasks in this process.
    pub(super) async fn open_with_workers(&self) -> Result<Engine, CommandError> {
        if self.settings.store_read_only {
            return Err(EngineError::from(AnyStore::refusal_by_setting(&self.location)).into());
        }
        Ok(Engine::open(&self.location, self.worker_options()).await?)
    }

    /// An engine of a service: it delivers webhooks, and runs tasks unless that is left to workers.
    pub(super) async fn open_for_service(&self, deliverer: Deliverer) -> Result<Engine, CommandError> {
        if self.settings.store_read_only {
            return self.open_without_workers().await;
        }
        let works = self.settings.workers > 0;
        let options = if works { self.worker_options() } else { self.idle_options() };
        Ok(Engine::open(&self.location, deliverer.join(options)).await?)
    }

    /// An engine that submits, reads and waits, and runs nothing.
    pub(super) async fn open_without_workers(&self) -> Result<Engine, CommandError> {
        Ok(Engine::open(&self.location, self.idle_options()).await?)
    }

    /// An engine that runs the quick kinds only.
    pub(super) async fn open_for_quick_kinds(&self) -> Result<Engine, CommandError> {
        Ok(Engine::open(&self.location, self.idle_options().with_quick_kinds()).await?)
    }

    /// The lane of test generation under these settings.
    pub(super) fn lane(&self) -> Lane {
        Lane::of_agent(&Kind::GenerateTests, self.settings.effective_agent().name)
    }

    /// What a worker under these settings can run.
    pub(super) fn lanes(&self) -> Vec<Lane> {
        self.worker_options().lanes()
    }

    /// Says once which agent serves where nobody chose one.
    pub(super) fn warn_of_agent(&self, terminal: &Terminal) {
        if let Some(reason) = self.settings.effective_agent().reason {
            terminal.warning(reason);
        }
    }

    /// Where paths of the command line begin.
    pub(super) fn place(&self) -> Place {
        Place {
            working_directory: self.working_directory.clone(),
            project_root: self.settings.project_root.clone(),
            workspace_root: self.settings.workspace_root.clone(),
        }
    }

    /// A command to type for the same store, such as `openhands-testgen cancel ID`.
    pub(super) fn command(&self, verb: &str, ids: &[TaskId]) -> String {
        let mut words = vec![NAME.to_owned(), verb.to_owned()];
        words.extend(ids.iter().map(TaskId::to_string));
        for (option, value) in given_options(&self.given) {
            words.push(option.to_owned());
            words.push(quoted(&config::without_password(&value.to_string_lossy())));
        }
        words.join(" ")
    }

    /// The arguments of a worker process for the same project and store.
    pub(super) fn worker_arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            ["worker", "--exit-when-idle", "--detached", "--project-root"].map(OsString::from).into();
        arguments.push(self.settings.project_root.clone().into());
        if !matches!(self.location, StoreLocation::Postgres(_)) {
            arguments.push("--store".into());
            arguments.push(self.location.to_string().into());
        }
        for (option, value) in given_options(&self.given) {
            if matches!(option, "--python" | "--agent") {
                arguments.push(option.into());
                arguments.push(value);
            }
        }
        arguments
    }

    /// What a worker process is told in its environment: an address with a password is nobody's to read in a list of
    /// processes.
    pub(super) fn worker_variables(&self) -> Option<(&'static str, String)> {
        let is_secret = matches!(self.location, StoreLocation::Postgres(_));
        is_secret.then(|| ("OPENHANDS_STORE", self.settings.store.to_string()))
    }

    /// What was given on the command line, as the variables that say the same.
    pub(super) fn given_variables(&self) -> BTreeMap<&'static str, OsString> {
        let root = [("OPENHANDS_PROJECT_ROOT", self.settings.project_root.clone().into())];
        let given = given_options(&self.given).filter_map(|(option, value)| match option {
            "--store" => Some(("OPENHANDS_STORE", value)),
            "--python" => Some(("OPENHANDS_PROJECT_PYTHON", value)),
            "--agent" => Some(("OPENHANDS_AGENT", value)),
            _ => None,
        });
        root.into_iter().chain(given).collect()
    }

    /// Where worker processes without a terminal write.
    pub(super) fn worker_log(&self) -> PathBuf {
        self.settings.workspace_root.join("worker.log")
    }

    fn worker_options(&self) -> EngineOptions {
        let mut options = EngineOptions::of(&self.settings, &self.host.probe);
        let workers = self.settings.workers as usize;
        for (kind, handler) in self.handlers.iter().filter(|_| workers > 0) {
            let lane = Lane::of_kind(&Kind::Custom(kind.clone()));
            options = options.with_pool(lane, workers, Arc::clone(handler));
        }
        if self.kinds.is_empty() { options } else { options.of_kinds(&self.kinds) }
    }

    fn idle_options(&self) -> EngineOptions {
        let mut settings = self.settings.clone();
        settings.workers = 0;
        EngineOptions::of(&settings, &self.host.probe)
    }
}

fn overrides(given: &SettingArguments, worker: Option<&Worker>) -> Result<Overrides, ConfigError> {
    let mut overrides = Overrides::new();
    for (name, path) in [("project_root", &given.project_root), ("python", &given.python)] {
        if let Some(path) = path {
            overrides.set(name, path_text(path)?);
        }
    }
    for (name, text) in [("store", &given.store), ("agent", &given.agent)] {
        if let Some(text) = text {
            overrides.set(name, text.as_str());
        }
    }
    if let Some(workers) = worker.and_then(|worker| worker.concurrency) {
        overrides.set("workers", workers);
    }
    if let Some(labels) = worker.and_then(|worker| worker.labels.as_deref()) {
        overrides.set("labels", labels);
    }
    Ok(overrides)
}

fn path_text(path: &Path) -> Result<&str, ConfigError> {
    path.to_str().ok_or_else(|| ConfigError::NotUnicode { what: format!("the path {}", path.display()) })
}

/// The options that were given, with their values.
fn given_options(given: &SettingArguments) -> impl Iterator<Item = (&'static str, OsString)> {
    let options = [
        ("--project-root", given.project_root.clone().map(OsString::from)),
        ("--store", given.store.clone().map(OsString::from)),
        ("--python", given.python.clone().map(OsString::from)),
        ("--agent", given.agent.clone().map(OsString::from)),
    ];
    options.into_iter().filter_map(|(option, value)| value.map(|value| (option, value)))
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "_-./:=@%+,~".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_hint_can_be_typed() {
        assert_eq!(quoted("sqlite:/tmp/tasks.db"), "sqlite:/tmp/tasks.db");
        assert_eq!(quoted("my project"), "'my project'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
