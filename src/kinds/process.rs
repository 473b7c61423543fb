//! How does a user's plain function run? In a process of its own, which can be ended whatever it does.

use std::ffi::OsString;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

use super::{Attempt, Handler, HandlerFuture};
use crate::sandbox::{Exit, Finished, Partner};
use crate::task::{ErrorKind, Failure, KindName, LogLevel, Progress, Work};

/// How much longer than its attempt a process may take before it is ended as if nobody had asked.
const SPARE: Duration = Duration::from_mins(1);
/// How long what a dead process said last may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A function that a fresh interpreter can find.
#[derive(Debug, Clone)]
pub struct Function {
    /// The interpreter, and the arguments that have it wait for a job.
    pub command: Vec<OsString>,
    /// What that interpreter finds the function by; opaque here.
    pub reference: String,
}

/// Runs one function, a process an attempt.
#[derive(Debug)]
pub struct ProcessHandler {
    kind: KindName,
    function: Function,
}

/// What the process is told: one line of JSON.
#[derive(Serialize)]
struct Job<'a> {
    function: &'a str,
    task_id: String,
    attempt: u32,
    metadata: &'a RawValue,
    payload: &'a RawValue,
    /// Who starts it: when that is gone, it ends.
    parent: u32,
}

/// What the process says: a line of JSON each.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Progress { message: String, done: Option<u64>, total: Option<u64> },
    Log { level: String, message: String },
    Result(Value),
    Failure { kind: ErrorKind, message: String, retry_after: Option<f64> },
}

type Outcome = Result<Arc<Value>, Failure>;

impl ProcessHandler {
    /// A handler for a user's kind.
    #[must_use]
    pub fn new(kind: KindName, function: Function) -> Self {
        Self { kind, function }
    }

    async fn attend(&self, attempt: &Attempt) -> Outcome {
        let wall = Duration::from_secs_f64(attempt.task.new.attempt_seconds) + SPARE;
        let (partner, socket) = Partner::new(self.command(), wall)?;
        let job = self.job(attempt)?;
        let run = partner.run(&attempt.cancel);
        let conversation = converse(attempt, socket, job);
        tokio::pin!(run, conversation);
        let (said, finished) = tokio::select! {
            said = &mut conversation => (said, run.await?),
            finished = &mut run => {
                let finished = finished?;
                (tokio::time::timeout(LAST_WORDS, conversation).await.unwrap_or(None), finished)
            }
        };
        said.unwrap_or_else(|| Err(self.died(&finished)))
    }

    fn command(&self) -> Command {
        let mut words = self.function.command.iter();
        let mut command = Command::new(words.next().map(OsString::as_os_str).unwrap_or_default());
        command.args(words);
        command
    }

    fn job(&self, attempt: &Attempt) -> Result<Vec<u8>, Failure> {
        let Work::Custom(custom) = &attempt.task.new.work else {
            return Err(Failure::new(ErrorKind::Internal, "this handler runs a user's function only"));
        };
        let metadata = Some(&*attempt.task.new.metadata).filter(|text| !text.is_empty()).unwrap_or("{}");
        let unwritable = |error: serde_json::Error| Failure::new(ErrorKind::Internal, error.to_string());
        let job = Job {
            function: &self.function.reference,
            task_id: attempt.task.id().to_string(),
            attempt: attempt.task.attempt,
            metadata: serde_json::from_str(metadata).map_err(unwritable)?,
            payload: &custom.payload,
            parent: std::process::id(),
        };
        let mut line = serde_json::to_vec(&job).map_err(unwritable)?;
        line.push(b'\n');
        Ok(line)
    }

    /// The failure of a process that ended without an answer.
    fn died(&self, finished: &Finished) -> Failure {
        let kind = match finished.exit {
            Exit::Cancelled => ErrorKind::Cancelled,
            Exit::TimedOut => ErrorKind::Timeout,
            _ => ErrorKind::Internal,
        };
        let exit = finished.exit.to_string();
        let mut message =
            format!("the process of the handler of kind {} {exit} before it answered", self.kind);
        let last = finished.last_line();
        if last != exit {
            message = format!("{message}: {last}");
        }
        Failure::new(kind, message)
    }
}

impl Handler for ProcessHandler {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(self.attend(attempt))
    }
}

/// Tells the process its job and listens until it says no more; answers what it came to.
async fn converse(attempt: &Attempt, socket: UnixStream, job: Vec<u8>) -> Option<Outcome> {
    // Our side is held open to the end: its end would mean that we died.
    let (listen, mut speak) = socket.into_split();
    // Who is gone cannot be told anything: how it ended says why.
    let _ = speak.write_all(&job).await;
    let mut lines = BufReader::new(listen).lines();
    let mut outcome = None;
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str(&line) {
            Ok(said) => outcome = hear(attempt, said).or(outcome),
            Err(error) => {
                let message = format!("the process of a handler said what makes no sense: {error}");
                attempt.log(LogLevel::Warning, &message);
            }
        }
    }
    outcome
}

fn hear(attempt: &Attempt, said: Said) -> Option<Outcome> {
    match said {
        Said::Progress { message, done, total } => attempt.report(Progress::working(message, done, total)),
        Said::Log { level, message } => attempt.log(level.parse().unwrap_or(LogLevel::Info), &message),
        Said::Result(result) => return Some(Ok(Arc::new(result))),
        Said::Failure { kind, message, retry_after } => {
            let retry_after = retry_after.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            return Some(Err(Failure { retry_after, ..Failure::new(kind, message) }));
        }
    }
    None
}
