//! Which level works here? Tried by real runs of the interpreter, which look whether the fence holds.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::{Command, Interpreter, Isolation, Level, Limits, ProbeDir, Sandbox, bubblewrap};

/// How long a trial may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What real runs said, by interpreter: the answer does not change while a process lives.
static TRIED: LazyLock<Mutex<HashMap<PathBuf, Isolation>>> = LazyLock::new(Mutex::default);

/// The best level at which this interpreter really runs here, and why no better one does.
pub(super) async fn best_level(interpreter: &Arc<Interpreter>, probe: &ProbeDir) -> Isolation {
    let known = TRIED.lock().get(interpreter.path()).cloned();
    if let Some(isolation) = known {
        return isolation;
    }
    let isolation = first_that_works(interpreter, probe).await;
    TRIED.lock().insert(interpreter.path().to_owned(), isolation.clone());
    isolation
}

async fn first_that_works(interpreter: &Arc<Interpreter>, probe: &ProbeDir) -> Isolation {
    let mut reasons: Vec<String> = Vec::new();
    for level in Level::ALL.into_iter().filter(|level| level.is_sandbox()) {
        match try_level(level, interpreter, probe).await {
            Ok(()) => return Isolation { level, reason: joined(&reasons) },
            Err(reason) => reasons.push(reason),
        }
    }
    Isolation { level: Level::Limits, reason: joined(&reasons) }
}

fn joined(reasons: &[String]) -> Option<String> {
    if reasons.is_empty() { None } else { Some(reasons.join("; ")) }
}

/// Runs a few lines at a level; the error says why they did not run, or what was not kept from them.
pub(super) async fn try_level(
    level: Level,
    interpreter: &Arc<Interpreter>,
    probe: &ProbeDir,
) -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Err(format!("{level} works on Linux only"));
    }
    if level == Level::Bubblewrap && bubblewrap::find().is_none() {
        return Err("bubblewrap is not installed".into());
    }
    let bait = Bait::lay().map_err(|error| format!("no temporary folder: {error}"))?;
    let sandbox = Sandbox::at_level(Arc::clone(interpreter), probe, level);
    let failed = |reason: String| format!("{level} does not work here: {reason}");
    match sandbox.run(bait.command(probe), &CancellationToken::new()).await {
        Ok(finished) if finished.exit.is_success() => Ok(()),
        Ok(finished) => Err(failed(finished.last_line())),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// What a child behind a fence must not get hold of.
struct Bait {
    folder: tempfile::TempDir,
    /// `None` where there is no network at all.
    listener: Option<TcpListener>,
}

impl Bait {
    fn lay() -> std::io::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("bait"), "for nobody\n")?;
        std::fs::create_dir(folder.path().join("scratch"))?;
        Ok(Self { folder, listener: TcpListener::bind("127.0.0.1:0").ok() })
    }

    fn command(&self, probe: &ProbeDir) -> Command {
        let scratch = self.folder.path().join("scratch");
        let address = self.listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let port = address.map_or(0, |address| address.port());
        let limits = Limits { wall: PATIENCE, ..Limits::default() };
        Command::new(&scratch, &scratch)
            .args(["-I".into(), "-S".into(), probe.fence()])
            .arg(self.folder.path().join("bait"))
            .arg(port.to_string())
            .limits(limits)
    }
}
