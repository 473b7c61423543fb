//! How do tasks go on when this process ends? In a worker process of their own session, started here unless a
//! living one can run them.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::error::CommandError;
use super::session::Session;
use crate::engine::Engine;
use crate::task::{Lane, ListFilter, State, Task, TaskId, TaskStatus, Wait};

/// How long a worker process may take until it works.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(20);
/// A log longer than this begins anew.
const LONGEST_LOG: u64 = 1 << 20;

/// Who goes on with the tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heir {
    /// A process that was there already.
    Living,
    /// A worker process that was started for them.
    Started {
        /// Its number.
        process: u32,
        /// Where it writes.
        log: PathBuf,
    },
    /// Nobody: this machine's settings have no worker for this lane.
    Nobody(Lane),
}

/// Makes sure that a living process runs these tasks, which are in the store. `engine` runs nothing itself.
pub(super) async fn hand_over(
    session: &Session,
    engine: &Engine,
    tasks: &[(TaskId, Lane)],
) -> Result<Heir, CommandError> {
    if !engine.is_durable() {
        return Err(CommandError::NothingToHandOver);
    }
    let missing = lanes_without_worker(engine, tasks).await?;
    if missing.is_empty() {
        return Ok(Heir::Living);
    }
    let ours = session.lanes();
    if let Some(lane) = missing.iter().find(|lane| !ours.contains(lane)) {
        return Ok(Heir::Nobody(lane.clone()));
    }
    let log = session.worker_log();
    let mut child = start(session, &log)?;
    wait_until_it_works(&mut child, engine, tasks, &log).await?;
    Ok(Heir::Started { process: child.id(), log })
}

/// The tasks that wait for a worker of these lanes, or for another try.
pub(super) async fn waiting_tasks(
    engine: &Engine,
    lanes: &[Lane],
) -> Result<Vec<(TaskId, Lane)>, CommandError> {
    let mut found = Vec::new();
    for status in [TaskStatus::Queued, TaskStatus::Pending] {
        let tasks = all(engine, status).await?;
        let goes_on = |task: &&Arc<Task>| {
            lanes.contains(&task.new.lane) && !matches!(task.state, State::Pending { wait: Wait::LeftBehind })
        };
        found.extend(tasks.iter().filter(goes_on).map(|task| (task.id(), task.new.lane.clone())));
    }
    Ok(found)
}

/// Every task in one status.
pub(super) async fn all(engine: &Engine, status: TaskStatus) -> Result<Vec<Arc<Task>>, CommandError> {
    const PAGE: usize = 1000;
    let mut tasks = Vec::new();
    let mut cursor = None;
    loop {
        let filter = ListFilter { status: Some(status), limit: PAGE, cursor, ..ListFilter::default() };
        let page = engine.list(filter).await?;
        tasks.extend(page.tasks);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(tasks);
        }
    }
}

async fn lanes_without_worker(
    engine: &Engine,
    tasks: &[(TaskId, Lane)],
) -> Result<BTreeSet<Lane>, CommandError> {
    let mut missing = BTreeSet::new();
    for lane in tasks.iter().map(|(_, lane)| lane).collect::<BTreeSet<_>>() {
        if !engine.has_worker(lane).await? {
            missing.insert(lane.clone());
        }
    }
    Ok(missing)
}

/// Starts the worker process. It leaves our session by itself (`--detached`).
fn start(session: &Session, log: &Path) -> Result<Child, CommandError> {
    let no_python = || CommandError::machine("worker process", "the interpreter that runs us is not known");
    let python = session.host.python.as_ref().ok_or_else(no_python)?;
    let output = open_log(&session.settings.workspace_root, log);
    let error_output = output.as_ref().ok().and_then(|file| file.try_clone().ok());
    Command::new(python)
        // A project's own `signal.py` or `types.py` must not stand in for Python's.
        .args(["-P", "-m", "openhands_testgen"])
        .args(session.worker_arguments())
        .envs(session.worker_variables())
        .stdin(Stdio::null())
        .stdout(output.map_or_else(|_| Stdio::null(), Stdio::from))
        .stderr(error_output.map_or_else(Stdio::null, Stdio::from))
        .spawn()
        .map_err(|error| CommandError::machine("worker process", error.to_string()))
}

fn open_log(workspace_root: &Path, log: &Path) -> io::Result<File> {
    fs::create_dir_all(workspace_root)?;
    let ignore = workspace_root.join(".gitignore");
    if !ignore.exists() {
        fs::write(ignore, "*\n")?;
    }
    if fs::metadata(log).is_ok_and(|metadata| metadata.len() > LONGEST_LOG) {
        fs::remove_file(log)?;
    }
    OpenOptions::new().create(true).append(true).open(log)
}

/// Waits until the worker is there, or has already done its work.
async fn wait_until_it_works(
    child: &mut Child,
    engine: &Engine,
    tasks: &[(TaskId, Lane)],
    log: &Path,
) -> Result<(), CommandError> {
    let ended = |reason: String| CommandError::WorkerEnded { reason, log: log.to_owned() };
    let deadline = Instant::now() + PATIENCE;
    loop {
        let exit =
            child.try_wait().map_err(|error| CommandError::machine("worker process", error.to_string()))?;
        if lanes_without_worker(engine, tasks).await?.is_empty() {
            return Ok(());
        }
        if let Some(exit) = exit {
            let done = all_ended(engine, tasks).await?;
            return if done { Ok(()) } else { Err(ended(exit.to_string())) };
        }
        if Instant::now() >= deadline {
            return Err(ended(format!("it did not start to work within {} s", PATIENCE.as_secs())));
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn all_ended(engine: &Engine, tasks: &[(TaskId, Lane)]) -> Result<bool, CommandError> {
    for (id, _) in tasks {
        if !engine.get(*id).await?.status().is_final() {
            return Ok(false);
        }
    }
    Ok(true)
}
