//! The verbs about tasks that are there: where they stand, what they left, how they are ended.

use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser as _};

use crate::cli::format::Format;
use crate::cli::values;
use crate::task::{Cursor, Kind, TaskStatus};

/// A verb about one task.
#[derive(Debug, Args)]
pub(in crate::cli) struct OneTask {
    /// The id that `submit` printed
    #[arg(value_name = "ID")]
    pub(in crate::cli) id: String,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}

/// A verb about several tasks.
#[derive(Debug, Args)]
pub(in crate::cli) struct ManyTasks {
    /// The ids that `submit` printed
    #[arg(value_name = "ID", required = true)]
    pub(in crate::cli) ids: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}

/// `results`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Results {
    /// The id that `submit` printed
    #[arg(value_name = "ID")]
    pub(in crate::cli) id: String,
    /// How long to wait, in seconds; 0 answers at once [default: until the task has ended]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = values::wait_seconds)]
    pub(in crate::cli) wait_timeout: Option<f64>,
    #[command(flatten)]
    pub(in crate::cli) format: Format,
}

/// `logs`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Logs {
    #[command(flatten)]
    pub(in crate::cli) task: OneTask,
    /// Go on until the task has ended
    #[arg(short, long)]
    pub(in crate::cli) follow: bool,
}

/// `list`.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Only tasks in this status
    #[arg(long, value_parser = status())]
    pub(in crate::cli) status: Option<TaskStatus>,
    /// Only tasks of this kind
    #[arg(long, value_parser = kind())]
    pub(in crate::cli) kind: Option<Kind>,
    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    #[arg(allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(in crate::cli) limit: u64,
    /// Where the page before ended
    #[arg(long, value_parser = values::cursor)]
    pub(in crate::cli) cursor: Option<Cursor>,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}

/// For programs.
#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct Json {
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

fn status() -> impl clap::builder::TypedValueParser<Value = TaskStatus> {
    PossibleValuesParser::new(TaskStatus::ALL.map(TaskStatus::as_str))
        .try_map(|name| name.parse::<TaskStatus>())
}

/// Any name: users have kinds of their own.
pub(super) fn kind() -> impl clap::builder::TypedValueParser<Value = Kind> {
    NonEmptyStringValueParser::new().try_map(|name| name.parse::<Kind>())
}
