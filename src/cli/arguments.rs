//! What can be said on the command line? The verbs and their options, with the texts of `--help`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::exit::Exit;
use super::format::Format;
use super::values;
use crate::task::{Cursor, Kind, Priority, TaskId, TaskStatus};

/// The name that users type, however the command was started.
pub(super) const NAME: &str = "openhands-testgen";

/// Verified unit tests for Python modules, written by a coding agent
///
/// The tests are run several times in a sandbox and their coverage is measured before they are kept. A result is
/// what was measured, never what an agent claimed.
#[derive(Debug, Parser)]
#[command(name = NAME, bin_name = NAME, version, arg_required_else_help = true)]
#[command(disable_help_subcommand = true, max_term_width = 100, after_help = Exit::help())]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) settings: SettingArguments,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// Settings that stand above the environment, `.env` and pyproject.toml; `config show` lists all there are.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings (more by `config show`)")]
pub(super) struct SettingArguments {
    /// The project under test [default: the nearest folder with pyproject.toml, setup.cfg, setup.py or .git]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) project_root: Option<PathBuf>,
    /// Where tasks live: `memory:` or `sqlite:PATH` [default: in the workspace root]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(super) store: Option<String>,
    /// The project's interpreter, which needs pytest and coverage
    #[arg(long, global = true, value_name = "PROGRAM")]
    pub(super) python: Option<PathBuf>,
    /// Who writes the tests
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) agent: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Write and verify tests for modules, and wait for them
    Generate(Generate),
    /// Submit modules to a worker process and print their task ids
    Submit(Submit),
    /// Where a task stands
    Status(OneTask),
    /// Follow a task until it has ended
    Watch(OneTask),
    /// Wait for a task and print what it left
    Results(Results),
    /// The lines that a task's agent or handler left
    Logs(Logs),
    /// The tasks of this store, newest first
    List(List),
    /// End tasks, and everything that runs for them
    Cancel(ManyTasks),
    /// Submit a failed or cancelled task once more
    Retry(OneTask),
    /// Run tasks that others submit
    Worker(Worker),
    /// Run the stages of a component: its tests, test generation, refactoring, staging
    Workflow(Workflow),
    /// Try everything that is needed, and name the remedy for what is missing
    Doctor(Json),
    /// The settings that hold
    #[command(subcommand, arg_required_else_help = true)]
    Config(Config),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// `generate`.
#[derive(Debug, Args)]
pub(super) struct Generate {
    #[command(flatten)]
    pub(super) request: Request,
    /// How long to wait, in seconds; the tasks go on in a worker process [default: until they have ended]
    #[arg(long, value_name = "SECONDS", value_parser = values::wait_seconds)]
    pub(super) wait_timeout: Option<f64>,
    /// Hand the tasks to a worker process and do not wait, as `submit` does
    #[arg(long, conflicts_with_all = ["wait_timeout", "output_format"])]
    pub(super) detach: bool,
    #[command(flatten)]
    pub(super) format: Format,
}

/// `submit`.
#[derive(Debug, Args)]
pub(super) struct Submit {
    #[command(flatten)]
    pub(super) request: Request,
    #[command(flatten)]
    pub(super) format: Json,
}

/// Which tests are wanted, and how the tasks are to be run.
#[derive(Debug, Args)]
pub(super) struct Request {
    /// Python files, or folders for every module below them
    #[arg(required = true, value_name = "MODULE")]
    pub(super) modules: Vec<PathBuf>,
    /// The test file, with one module only [default: tests/ mirrors the package]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Line and branch coverage to reach, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 80, allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(i64).range(0..=100))]
    pub(super) coverage: i64,
    /// How long one attempt may take, in seconds [default: setting `default_timeout_seconds`]
    #[arg(long, value_name = "SECONDS", value_parser = values::attempt_seconds)]
    pub(super) timeout: Option<f64>,
    /// Replace a test file even if it is not ours, or was edited
    #[arg(long)]
    pub(super) overwrite: bool,
    /// How often the agent may go on after a verification [default: setting `max_iterations`]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..=20))]
    pub(super) max_iterations: Option<i64>,
    /// Who goes first
    #[arg(long, value_name = "PRIORITY", default_value_t, value_parser = priority())]
    pub(super) priority: Priority,
    /// Names the task, with one module only: the same key again answers the same task
    #[arg(long, value_name = "KEY")]
    pub(super) idempotency_key: Option<String>,
    /// Run after this task has completed, and fail if it fails; may be given several times
    #[arg(long, value_name = "ID", value_parser = values::task_id)]
    pub(super) depends_on: Vec<TaskId>,
    /// Not before this time, such as 2030-01-31T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = values::moment)]
    pub(super) run_at: Option<DateTime<Utc>>,
}

/// A verb about one task.
#[derive(Debug, Args)]
pub(super) struct OneTask {
    /// The id that `submit` printed
    #[arg(value_name = "ID")]
    pub(super) id: String,
    #[command(flatten)]
    pub(super) format: Json,
}

/// A verb about several tasks.
#[derive(Debug, Args)]
pub(super) struct ManyTasks {
    /// The ids that `submit` printed
    #[arg(value_name = "ID", required = true)]
    pub(super) ids: Vec<String>,
    #[command(flatten)]
    pub(super) format: Json,
}

/// `results`.
#[derive(Debug, Args)]
pub(super) struct Results {
    /// The id that `submit` printed
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// How long to wait, in seconds; 0 answers at once [default: until the task has ended]
    #[arg(long, value_name = "SECONDS", value_parser = values::wait_seconds)]
    pub(super) wait_timeout: Option<f64>,
    #[command(flatten)]
    pub(super) format: Format,
}

/// `logs`.
#[derive(Debug, Args)]
pub(super) struct Logs {
    #[command(flatten)]
    pub(super) task: OneTask,
    /// Go on until the task has ended
    #[arg(short, long)]
    pub(super) follow: bool,
}

/// `list`.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only tasks in this status
    #[arg(long, value_parser = status())]
    pub(super) status: Option<TaskStatus>,
    /// Only tasks of this kind
    #[arg(long, value_parser = kind())]
    pub(super) kind: Option<Kind>,
    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(super) limit: u64,
    /// Where the page before ended
    #[arg(long, value_parser = values::cursor)]
    pub(super) cursor: Option<Cursor>,
    #[command(flatten)]
    pub(super) format: Json,
}

/// `worker`.
#[derive(Debug, Args)]
pub(super) struct Worker {
    /// How many tasks to run at once [default: setting `workers`]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(super) concurrency: Option<u32>,
    /// End when nothing is left to do
    #[arg(long)]
    pub(super) exit_when_idle: bool,
    /// Leave the session of the process that started it.
    #[arg(long, hide = true)]
    pub(super) detached: bool,
}

/// `workflow`.
#[derive(Debug, Args)]
pub(super) struct Workflow {
    /// What the component is to do: a file for people, which must be there
    #[arg(value_name = "SPEC")]
    pub(super) spec: PathBuf,
    /// The component: a folder below src/, or a path
    #[arg(long, value_name = "NAME")]
    pub(super) component: String,
    /// How far to go: `dev` deploys nothing
    #[arg(long, value_name = "STAGE", default_value = "staging", value_parser = ["dev", "staging", "production"])]
    pub(super) target: String,
    /// Go on with the other stages while tests are generated
    #[arg(long = "async")]
    pub(super) is_async: bool,
    /// Line and branch coverage to reach, in percent [default: what pyproject.toml says, else 80]
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(i64).range(0..=100))]
    pub(super) coverage: Option<i64>,
    /// Write the report, one JSON document, to this file too
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    #[command(flatten)]
    pub(super) format: Format,
}

/// `config …`.
#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Every setting: its value, where that came from, and the variable that sets it; secrets are masked
    Show(Json),
}

/// For programs.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Json {
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(super) json: bool,
}

fn priority() -> impl clap::builder::TypedValueParser<Value = Priority> {
    PossibleValuesParser::new(Priority::ALL.map(Priority::as_str)).try_map(|name| name.parse::<Priority>())
}

fn status() -> impl clap::builder::TypedValueParser<Value = TaskStatus> {
    PossibleValuesParser::new(TaskStatus::ALL.map(TaskStatus::as_str))
        .try_map(|name| name.parse::<TaskStatus>())
}

/// Any name: users have kinds of their own.
fn kind() -> impl clap::builder::TypedValueParser<Value = Kind> {
    NonEmptyStringValueParser::new().try_map(|name| name.parse::<Kind>())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use clap::error::ErrorKind;

    use super::super::format::OutputFormat;
    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(std::iter::once(NAME).chain(line.split_whitespace()))
    }

    fn generate(line: &str) -> Generate {
        match parse(line).unwrap().verb {
            Verb::Generate(command) => command,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn generate_has_the_defaults_of_the_api() {
        let command = generate("generate src/a.py src/b.py");
        assert_eq!(command.request.modules.len(), 2);
        assert_eq!(command.request.coverage, 80);
        assert_eq!(command.request.priority, Priority::High);
        assert_eq!((command.request.timeout, command.wait_timeout), (None, None));
        assert!(!command.request.overwrite && !command.detach);
        assert_eq!(command.format.chosen(), OutputFormat::Text);
    }

    #[test]
    fn settings_may_stand_before_and_after_the_verb() {
        for line in ["--store memory: list", "list --store memory:"] {
            assert_eq!(parse(line).unwrap().settings.store.as_deref(), Some("memory:"), "{line}");
        }
    }

    #[test]
    fn what_makes_no_sense_ends_with_the_code_of_usage() {
        for line in [
            "",
            "generate",
            "generate a.py --coverage 101",
            "generate a.py --coverage -1",
            "generate a.py --coverage most",
            "generate a.py --timeout 0",
            "generate a.py --max-iterations 0",
            "generate a.py --priority urgent",
            "generate a.py --detach --wait-timeout 5",
            "generate a.py --run-at tomorrow",
            "generate a.py --run-at 2030-01-31T08:00:00",
            "generate a.py --depends-on it",
            "results",
            "list --status done",
            "list --limit 0",
            "list --cursor here",
            "worker --concurrency 0",
            "workflow spec.md",
            "workflow --component shop",
            "workflow spec.md --component shop --target moon",
            "generate a.py --json --output-format github",
            "generate a.py --detach --output-format github",
            "generate a.py --output-format yaml",
            "frobnicate",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), Exit::Usage.code(), "{line}");
        }
    }

    #[test]
    fn help_and_version_are_no_errors() {
        for (line, kind) in [
            ("--version", ErrorKind::DisplayVersion),
            ("--help", ErrorKind::DisplayHelp),
            ("generate --help", ErrorKind::DisplayHelp),
        ] {
            let error = parse(line).unwrap_err();
            assert_eq!((error.kind(), error.exit_code()), (kind, 0), "{line}");
        }
    }

    #[test]
    fn a_hidden_option_stays_hidden() {
        let help = parse("worker --help").unwrap_err().to_string();
        assert!(help.contains("--exit-when-idle") && !help.contains("--detached"), "{help}");
    }
}
