//! The embedded agent: explores the module in the project's own interpreter, in the sandbox, and writes what it
//! saw as tests. Needs no key, no server and no network.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::{Agent, AgentFuture, AgentReport, Brief, Feedback, LeftOut, Rejected, follow};
use crate::sandbox::{Command, Exit, Finished, Limits};
use crate::task::{ErrorKind, Failure};

/// CPU seconds of exploring and minimising.
const BUDGET_SECONDS: f64 = 15.0;
/// How long one call of the module may take.
const CALL_SECONDS: f64 = 1.0;
/// How long the import of the module may take.
const IMPORT_SECONDS: f64 = 10.0;
/// What an exploration may take by the clock: its budget on a busy machine, imports, restarts, writing.
const LONGEST: Duration = Duration::from_mins(4);
/// How much later than the attempt the run would be ended.
const LEEWAY: Duration = Duration::from_secs(5);
/// The same module gives the same file.
const SEED: u64 = 0;

/// Writes tests by exploring the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalAgent;

impl Agent for LocalAgent {
    fn name(&self) -> &'static str {
        "local"
    }

    /// The same module gives the same file, unless some of its tests were refused.
    fn can_improve(&self, feedback: &Feedback) -> bool {
        feedback.newly_rejected > 0
    }

    fn write_tests<'a>(&'a self, brief: &'a Brief<'a>, cancel: &'a CancellationToken) -> AgentFuture<'a> {
        Box::pin(explore(brief, cancel))
    }
}

async fn explore(brief: &Brief<'_>, cancel: &CancellationToken) -> Result<AgentReport, Failure> {
    let files = Files::begin(brief.engagement.workspace.scratch())?;
    write_json(&files.request, &Request::of(brief, &files))?;
    let command = Command::in_workspace(brief.engagement.workspace)
        .args([brief.sandbox.probe().explore(), files.request.clone()])
        // The attempt's own limit comes first, and says so better.
        .limits(Limits { wall: LONGEST.min(brief.engagement.time_left + LEEWAY), ..Limits::default() });
    let say = |event: Event| (brief.engagement.progress)(event.message);
    let finished = tokio::select! {
        finished = brief.sandbox.run(command, cancel) => finished?,
        never = follow::lines(&files.events, &say) => match never {},
    };
    report(&files.report, &finished)?.into_outcome(brief)
}

/// The files between the explorer and us, all in the workspace's scratch folder.
struct Files {
    request: PathBuf,
    report: PathBuf,
    events: PathBuf,
    scratch: PathBuf,
}

impl Files {
    fn begin(scratch: &Path) -> Result<Self, Failure> {
        let folder = scratch.join("explorer");
        let files = Self {
            request: folder.join("request.json"),
            report: folder.join("report.json"),
            events: folder.join("events.jsonl"),
            scratch: folder.join("scratch"),
        };
        // What an earlier iteration left would be read as this one's.
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(environment(&folder, &error));
            }
            _ => {}
        }
        std::fs::create_dir_all(&files.scratch).map_err(|error| environment(&folder, &error))?;
        Ok(files)
    }
}

/// What the explorer reads.
#[derive(Serialize)]
struct Request<'a> {
    workspace: &'a Path,
    module_path: &'a str,
    import_root: &'a str,
    module_name: &'a str,
    output_path: &'a str,
    coverage_threshold: u8,
    seed: u64,
    budget_seconds: f64,
    call_seconds: f64,
    import_seconds: f64,
    scratch: &'a Path,
    rejected: &'a [Rejected],
    report_path: &'a Path,
    events_path: &'a Path,
}

impl<'a> Request<'a> {
    fn of(brief: &'a Brief<'_>, files: &'a Files) -> Self {
        Self {
            workspace: brief.engagement.workspace.root(),
            module_path: brief.module.as_str(),
            import_root: brief.layout.import_root.as_ref().map_or(".", |root| root.as_str()),
            module_name: &brief.layout.module_name,
            output_path: brief.output.as_str(),
            coverage_threshold: brief.threshold.percent(),
            seed: SEED,
            budget_seconds: BUDGET_SECONDS,
            call_seconds: CALL_SECONDS,
            import_seconds: IMPORT_SECONDS,
            scratch: &files.scratch,
            rejected: brief.feedback.map_or(&[], |feedback| &feedback.rejected),
            report_path: &files.report,
            events_path: &files.events,
        }
    }
}

/// A line of the explorer about what it does.
#[derive(Deserialize)]
struct Event {
    message: String,
}

/// What the explorer writes when it is done.
#[derive(Deserialize)]
struct Report {
    status: Status,
    error: Option<String>,
    left_out: Vec<LeftOut>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Written,
    NothingTestable,
    InvalidModule,
}

impl Report {
    fn into_outcome(self, brief: &Brief<'_>) -> Result<AgentReport, Failure> {
        match self.status {
            Status::Written => Ok(AgentReport { left_out: self.left_out, ..AgentReport::default() }),
            Status::NothingTestable | Status::InvalidModule => {
                let reason = self.error.unwrap_or_else(|| "nothing of it can be tested".to_owned());
                let message = format!("module {}: {reason}", brief.module);
                Err(Failure::new(ErrorKind::InvalidModule, message))
            }
        }
    }
}

/// The report; without one, how the explorer ended is the error.
fn report(path: &Path, finished: &Finished) -> Result<Report, Failure> {
    let failed = |kind, reason: String| Failure::new(kind, format!("exploring the module {reason}"));
    match finished.exit {
        Exit::Code(0) => read_json(path),
        Exit::Cancelled => Err(failed(ErrorKind::Cancelled, "was cancelled".to_owned())),
        Exit::TimedOut => Err(failed(
            ErrorKind::Timeout,
            "took too long: raise `timeout`, try again when the machine is less busy, or split the module"
                .to_owned(),
        )),
        exit => Err(failed(ErrorKind::Internal, format!("{exit}: {}", finished.last_line()))),
    }
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_vec(value)
        .map_err(|error| Failure::new(ErrorKind::Internal, format!("{}: {error}", path.display())))?;
    std::fs::write(path, text).map_err(|error| environment(path, &error))
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = std::fs::read(path).map_err(|error| environment(path, &error))?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::new(ErrorKind::Protocol, format!("the explorer's report: {error}")))
}

fn environment(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(ErrorKind::Environment, format!("{}: {error}", path.display()))
}
