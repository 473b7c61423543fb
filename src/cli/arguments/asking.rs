//! The verbs that ask for work: `generate`, `submit`, `task`, `run`, `plan`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::Json;
use crate::assistant::Mode;
use crate::cli::format::Format;
use crate::cli::values;
use crate::task::{Kind, Priority, TaskId};

/// `generate`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Generate {
    #[command(flatten)]
    pub(in crate::cli) request: Request,
    /// How long to wait, in seconds; the tasks go on in a worker process [default: until they have ended]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = values::wait_seconds)]
    pub(in crate::cli) wait_timeout: Option<f64>,
    /// Hand the tasks to a worker process and do not wait, as `submit` does
    #[arg(long, conflicts_with_all = ["wait_timeout", "output_format"])]
    pub(in crate::cli) detach: bool,
    #[command(flatten)]
    pub(in crate::cli) format: Format,
}

/// `submit`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Submit {
    #[command(flatten)]
    pub(in crate::cli) request: Request,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}

/// Which tests are wanted, and how the tasks are to be run.
#[derive(Debug, Args)]
pub(in crate::cli) struct Request {
    /// Python files, or folders for every module below them
    #[arg(required = true, value_name = "MODULE")]
    pub(in crate::cli) modules: Vec<PathBuf>,
    /// The test file, with one module only [default: tests/ mirrors the package]
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Line and branch coverage to reach, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 80, allow_negative_numbers = true)]
    #[arg(allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(0..=100))]
    pub(in crate::cli) coverage: i64,
    /// Replace a test file even if it is not ours, or was edited
    #[arg(long)]
    pub(in crate::cli) overwrite: bool,
    /// How often the agent may go on after a verification [default: setting `max_iterations`]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(1..=20))]
    pub(in crate::cli) max_iterations: Option<i64>,
    #[command(flatten)]
    pub(in crate::cli) scheduling: Scheduling,
}

/// `task`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Errand {
    /// What is to be done
    #[arg(value_name = "INSTRUCTION")]
    pub(in crate::cli) instruction: String,
    /// Apply the changes to the project: all of them, if it is still as the agent found it, or none
    #[arg(long)]
    pub(in crate::cli) apply: bool,
    /// Begin with an empty folder instead of a copy of the project
    #[arg(long)]
    pub(in crate::cli) empty: bool,
    #[command(flatten)]
    pub(in crate::cli) scheduling: Scheduling,
    /// How long to wait, in seconds; the task goes on in a worker process [default: until it has ended]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = values::wait_seconds)]
    pub(in crate::cli) wait_timeout: Option<f64>,
    /// Hand the task to a worker process and do not wait
    #[arg(long, conflicts_with = "wait_timeout")]
    pub(in crate::cli) detach: bool,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}

/// `run`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Run {
    /// What sort of work: `generate_rtm`, `generate_test_cases` or `coverage_analysis`
    #[arg(value_name = "KIND", value_parser = super::looking::kind())]
    pub(in crate::cli) kind: Kind,
    /// The project whose documents it is about
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) project: Option<String>,
    /// What else is to be said, a JSON object; `@FILE` reads it from a file, `-` from standard input
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(in crate::cli) payload: String,
    #[command(flatten)]
    pub(in crate::cli) scheduling: Scheduling,
    /// How long to wait, in seconds; the task goes on in a worker process [default: until it has ended]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = values::wait_seconds)]
    pub(in crate::cli) wait_timeout: Option<f64>,
    /// Hand the task to a worker process and do not wait
    #[arg(long, conflicts_with = "wait_timeout")]
    pub(in crate::cli) detach: bool,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}

/// `plan`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Plan {
    /// What is wanted, in your own words: "Plan a todo app", "Submit async: …", "Get result for task …", "Check status";
    /// `-` reads it from standard input
    #[arg(required = true, value_name = "PROMPT")]
    pub(in crate::cli) prompt: Vec<String>,
    /// Whether to wait for the result: `auto` goes by the words, and by how much is asked for
    #[arg(long, value_name = "MODE", default_value = "auto", value_parser = mode())]
    pub(in crate::cli) mode: Mode,
    /// How long to wait for a result, in seconds, until its task goes on in a worker process [default: 110]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = values::wait_seconds)]
    pub(in crate::cli) limit: Option<f64>,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}

fn mode() -> impl clap::builder::TypedValueParser<Value = Mode> {
    PossibleValuesParser::new(["auto", "sync", "async"]).try_map(|name| name.parse::<Mode>())
}

/// How tasks are to be run, whatever they ask for.
#[derive(Debug, Args)]
pub(in crate::cli) struct Scheduling {
    /// How long one attempt may take, in seconds [default: setting `default_timeout_seconds`]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = values::attempt_seconds)]
    pub(in crate::cli) timeout: Option<f64>,
    /// Who goes first
    #[arg(long, value_name = "PRIORITY", default_value_t, value_parser = priority())]
    pub(in crate::cli) priority: Priority,
    /// Names the task, where it is one only: the same key again answers the same task
    #[arg(long, value_name = "KEY")]
    pub(in crate::cli) idempotency_key: Option<String>,
    /// Run after this task has completed, and fail if it fails; may be given several times
    #[arg(long, value_name = "ID", value_parser = values::task_id)]
    pub(in crate::cli) depends_on: Vec<TaskId>,
    /// Not before this time, such as 2030-01-31T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = values::moment)]
    pub(in crate::cli) run_at: Option<DateTime<Utc>>,
    /// Only on a machine that has this label; may be given several times
    #[arg(long, value_name = "LABEL")]
    pub(in crate::cli) requires: Vec<String>,
}

fn priority() -> impl clap::builder::TypedValueParser<Value = Priority> {
    PossibleValuesParser::new(Priority::ALL.map(Priority::as_str)).try_map(|name| name.parse::<Priority>())
}
