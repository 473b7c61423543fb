//! What can be said on the command line? The verbs and their options, with the texts of `--help`.
//!
//! `asking` has the verbs that ask for work, `looking` those about tasks that are there, `serving` those of whoever runs
//! and looks after them, `service` those of whoever serves them to others.

mod asking;
mod looking;
mod service;
mod serving;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::exit::Exit;

pub(super) use asking::{Errand, Generate, Plan, Request, Run, Scheduling, Submit};
pub(super) use looking::{Json, List, Logs, ManyTasks, OneTask, Results};
pub(super) use service::{AddProject, CreateKey, Keys, Mcp, Projects, Serve};
pub(super) use serving::{Config, Migrate, Worker, Workflow};

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
    /// Where tasks live: `memory:`, `sqlite:PATH` or `postgres://…` [default: in the workspace root]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(super) store: Option<String>,
    /// The project's interpreter, which needs pytest and coverage
    #[arg(long, global = true, value_name = "PROGRAM")]
    pub(super) python: Option<PathBuf>,
    /// Who writes the tests: auto, local, server or docker
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
    /// Have an OpenHands agent do what an instruction says, in a copy of the project; not verified
    Task(Errand),
    /// Work on the documents of a project: its requirements, test cases and coverage
    Run(Run),
    /// Plan, read requirements or check a plan, by a sentence; now or in the background
    Plan(Plan),
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
    /// How the queue is, and how models fared
    Stats(Json),
    /// End tasks, and everything that runs for them
    Cancel(ManyTasks),
    /// Submit a failed or cancelled task once more
    Retry(OneTask),
    /// Run tasks that others submit
    Worker(Worker),
    /// Serve tasks over HTTP, and run them
    Serve(Serve),
    /// Offer tasks to an agent as tools over standard input and output (MCP), and run them
    Mcp(Mcp),
    /// Who may use the service
    #[command(subcommand, arg_required_else_help = true)]
    Keys(Keys),
    /// What the users of the service work on, and who on which
    #[command(subcommand, arg_required_else_help = true)]
    Projects(Projects),
    /// The processes that run tasks of this store
    Workers(Json),
    /// Run the stages of a component: its tests, test generation, refactoring, staging
    Workflow(Workflow),
    /// Bring the schema of the store up to date, while other processes go on
    Migrate(Migrate),
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use clap::error::ErrorKind;

    use super::super::format::OutputFormat;
    use super::*;
    use crate::task::Priority;

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
        assert_eq!(command.request.scheduling.priority, Priority::High);
        assert_eq!((command.request.scheduling.timeout, command.wait_timeout), (None, None));
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
            "task",
            "run",
            "run Moon",
            "run generate_rtm --detach --wait-timeout 5",
            "task 'tidy up' --detach --wait-timeout 5",
            "worker --concurrency 0",
            "worker --kinds Tests",
            "serve --port 65536",
            "serve --workers 257",
            "mcp --workers 257",
            "mcp --port 1",
            "keys create",
            "keys create 'a b'",
            "keys create local",
            "keys create ada --role owner",
            "keys create ada --days 0",
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
