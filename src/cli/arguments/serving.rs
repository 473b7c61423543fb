//! The verbs of whoever runs tasks and looks after them: `worker`, `workflow`, `migrate`, `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Json;
use super::looking::kind;
use crate::cli::format::Format;
use crate::task::Kind;

/// `worker`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Worker {
    /// How many tasks to run at once [default: setting `workers`]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(in crate::cli) concurrency: Option<u32>,
    /// Run tasks of these kinds only, such as `generate_tests,agent_task` [default: all that can be run here]
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = kind())]
    pub(in crate::cli) kinds: Vec<Kind>,
    /// A Python module whose functions marked with `@handler(KIND)` run tasks of kinds of your own
    #[arg(long, value_name = "PACKAGE.MODULE")]
    pub(in crate::cli) handlers: Vec<String>,
    /// What this machine has: tasks that require labels go to those that have them [default: setting `labels`]
    #[arg(long, value_name = "LABEL,…")]
    pub(in crate::cli) labels: Option<String>,
    /// End when nothing is left to do
    #[arg(long)]
    pub(in crate::cli) exit_when_idle: bool,
    /// Leave the session of the process that started it.
    #[arg(long, hide = true)]
    pub(in crate::cli) detached: bool,
}

/// `workflow`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Workflow {
    /// What the component is to do: a file for people, which must be there
    #[arg(value_name = "SPEC")]
    pub(in crate::cli) spec: PathBuf,
    /// The component: a folder below src/, or a path
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) component: String,
    /// How far to go: `dev` deploys nothing
    #[arg(long, value_name = "STAGE", default_value = "staging", value_parser = ["dev", "staging", "production"])]
    pub(in crate::cli) target: String,
    /// Go on with the other stages while tests are generated
    #[arg(long = "async")]
    pub(in crate::cli) is_async: bool,
    /// Line and branch coverage to reach, in percent [default: what pyproject.toml says, else 80]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(0..=100))]
    pub(in crate::cli) coverage: Option<i64>,
    /// Write the report, one JSON document, to this file too
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) format: Format,
}

/// `migrate`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Migrate {
    /// Change nothing: list what would be applied, and end with 8 where there is anything
    #[arg(long)]
    pub(in crate::cli) check: bool,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}

/// `config …`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Config {
    /// Every setting: its value, where that came from, and the variable that sets it; secrets are masked
    Show(Json),
}
