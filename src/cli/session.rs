//! What does every verb begin with? The settings of this run, the store they name, and an engine on it.

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::arguments::{NAME, SettingArguments};
use super::error::CommandError;
use super::modules::Place;
use super::output::Terminal;
use super::workflow::WorkflowRequest;
use crate::config::{self, ConfigError, Inputs, Overrides, Settings, Sources};
use crate::engine::{Engine, EngineOptions};
use crate::sandbox::ProbeDir;
use crate::store::StoreLocation;
use crate::task::{Kind, Lane, TaskId};

/// The Python process that the command runs in.
#[derive(Debug, Clone)]
pub struct Host {
    /// Its interpreter, which starts worker processes too.
    pub python: Option<PathBuf>,
    /// The folder `probe/` of the package.
    pub probe: ProbeDir,
    /// Runs a workflow, whose stages are Python's, and answers the exit code; or why it could not.
    pub run_workflow: fn(&WorkflowRequest) -> Result<i32, String>,
}

/// One run of the command.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) settings: Settings,
    pub(super) sources: Sources,
    pub(super) location: StoreLocation,
    pub(super) host: Host,
    /// What was given on the command line, to be repeated in hints and for worker processes.
    given: SettingArguments,
    working_directory: PathBuf,
}

impl Session {
    /// Reads all settings; `concurrency` stands above the setting `workers`. Opens nothing.
    pub(super) fn load(
        given: &SettingArguments,
        concurrency: Option<u32>,
        host: &Host,
    ) -> Result<Self, CommandError> {
        let working_directory = env::current_dir().map_err(|error| ConfigError::WorkingDirectory {
            path: PathBuf::from("."),
            reason: error.to_string(),
        })?;
        let inputs = Inputs {
            overrides: overrides(given, concurrency)?,
            environment: config::process_environment()?,
            working_directory: working_directory.clone(),
            running_python: host.python.clone(),
        };
        let (settings, sources) = config::load(&inputs)?;
        let location = StoreLocation::parse(&settings.store, &settings.project_root)
            .map_err(CommandError::StoreAddress)?;
        Ok(Self { settings, sources, location, host: host.clone(), given: given.clone(), working_directory })
    }

    /// An engine that runs tasks in this process.
    pub(super) async fn open_with_workers(&self) -> Result<Engine, CommandError> {
        Ok(Engine::open(&self.location, self.worker_options()).await?)
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
            words.push(quoted(&value.to_string_lossy()));
        }
        words.join(" ")
    }

    /// The arguments of a worker process for the same project and store.
    pub(super) fn worker_arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            ["worker", "--exit-when-idle", "--detached", "--project-root"].map(OsString::from).into();
        arguments.push(self.settings.project_root.clone().into());
        arguments.push("--store".into());
        arguments.push(self.location.to_string().into());
        for (option, value) in given_options(&self.given) {
            if matches!(option, "--python" | "--agent") {
                arguments.push(option.into());
                arguments.push(value);
            }
        }
        arguments
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
        EngineOptions::of(&self.settings, self.host.probe.clone())
    }

    fn idle_options(&self) -> EngineOptions {
        EngineOptions { pools: Vec::new(), handlers: HashMap::new(), ..self.worker_options() }
    }
}

fn overrides(given: &SettingArguments, concurrency: Option<u32>) -> Result<Overrides, ConfigError> {
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
    if let Some(workers) = concurrency {
        overrides.set("workers", workers);
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
