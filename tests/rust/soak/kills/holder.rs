//! The process that holds the queue: an engine that submits to itself, runs children in the sandbox, and says what
//! the engine has acknowledged. It is never stopped, only killed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use _core::kinds::{Attempt, Handler, HandlerFuture};
use _core::sandbox::{Command, Exit, Level, Limits, Sandbox};
use _core::store::StoreLocation;
use _core::task::{ErrorKind, Failure, Lane, ListFilter, NewTask, TaskId};
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::sync::{OnceCell, Semaphore};

use crate::sandbox::ground;
use crate::soak::process::{Process, end_with_parent, say};
use crate::soak::survivors::MARK;
use crate::support::noop;

const STORE: &str = "OTG_SOAK_STORE";
const LEVEL: &str = "OTG_SOAK_LEVEL";
const SEED: &str = "OTG_SOAK_SEED";
/// The lanes, as often as they are chosen.
const LANES: &[&str] = &["long", "quick", "quick", "short", "short"];
/// How many tasks wait or run at once, more or less.
const BACKLOG: usize = 24;

/// Starts such a process.
pub(super) fn start(store: &Path, level: &str, seed: u64) -> Process {
    let store = store.to_str().unwrap();
    let variables = [(STORE, store), (LEVEL, level), (SEED, &seed.to_string())];
    Process::start("soak::kills::holder::holds_the_queue", &variables)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is started and killed by the test"]
async fn holds_the_queue() {
    let Some(store) = std::env::var_os(STORE).map(PathBuf::from) else { return };
    end_with_parent();
    let mut rng = Rng::with_seed(std::env::var(SEED).unwrap().parse().unwrap());
    let location = StoreLocation::Sqlite(store.clone());
    let engine = Arc::new(Engine::open(&location, options(&store)).await.unwrap());
    let room = Arc::new(Semaphore::new(BACKLOG));
    for id in unfinished(&engine).await {
        tokio::spawn(say_end(Arc::clone(&engine), id, Arc::clone(&room)));
    }
    loop {
        tokio::time::sleep(Duration::from_millis(rng.u64(..20))).await;
        if room.available_permits() == 0 {
            continue;
        }
        // Those that would run for ever leave room for others.
        let kinds = if room.available_permits() > BACKLOG / 2 { LANES } else { &LANES[1..] };
        let id = engine.submit(task(&engine, kinds[rng.usize(..kinds.len())])).await.unwrap().id();
        say(&format!("submitted {id}"));
        tokio::spawn(say_end(Arc::clone(&engine), id, Arc::clone(&room)));
        if rng.u8(..10) == 0 {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move { engine.cancel(id).await.map(drop) });
        }
    }
}

/// Most tasks end at once, some run a child for a moment, some would run one for ever.
fn task(engine: &Engine, what: &str) -> NewTask {
    NewTask {
        lane: lane(what),
        metadata: json!(what).to_string().into(),
        submitter: engine.process(),
        ..noop()
    }
}

fn lane(what: &str) -> Lane {
    Lane::from(format!("noop/{what}"))
}

async fn unfinished(engine: &Engine) -> Vec<TaskId> {
    let page = engine.list(ListFilter { limit: 1000, ..ListFilter::default() }).await.unwrap();
    page.tasks.iter().filter(|task| !task.status().is_final()).map(|task| task.id()).collect()
}

async fn say_end(engine: Arc<Engine>, id: TaskId, room: Arc<Semaphore>) {
    let _place = room.acquire().await.unwrap();
    let finished = engine.wait(id, None).await.unwrap();
    let result = finished.result.map_or(Value::Null, |result| (*result).clone());
    say(&format!("ended {id} {} {result}", finished.task.status()));
}

fn options(store: &Path) -> EngineOptions {
    let level = match std::env::var(LEVEL).unwrap().as_str() {
        "bubblewrap" => Level::Bubblewrap,
        "landlock" => Level::Landlock,
        _ => Level::Limits,
    };
    let options =
        EngineOptions { retry_base_delay: Duration::from_millis(10), ..EngineOptions::without_workers() };
    let runs = Arc::new(Runs { level, store: store.to_owned(), sandbox: OnceCell::new() });
    options.with_pool(lane("quick"), 2, runs.clone()).with_pool(lane("short"), 2, runs.clone()).with_pool(
        lane("long"),
        2,
        runs,
    )
}

/// Runs children in a sandbox that is made once.
struct Runs {
    level: Level,
    store: PathBuf,
    sandbox: OnceCell<Sandbox>,
}

impl Handler for Runs {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            say(&format!("started {} {}", attempt.task.id(), attempt.task.token));
            match attempt.task.new.lane.as_str() {
                "noop/quick" => {}
                "noop/short" => self.child("pass", attempt).await?,
                _ => self.child(self.long(), attempt).await?,
            }
            // No two runs end alike.
            Ok(Arc::new(json!({ "token": attempt.task.token, "nonce": fastrand::u64(..) })))
        })
    }
}

impl Runs {
    /// A child that would outlive everything; where the level can hold it, with a child of its own.
    fn long(&self) -> &'static str {
        match self.level {
            Level::Bubblewrap => {
                "import subprocess, sys; \
                 subprocess.run([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(600)'])"
            }
            Level::Landlock | Level::Limits => "import time; time.sleep(600)",
        }
    }

    async fn child(&self, code: &str, attempt: &Attempt) -> Result<(), Failure> {
        let scratch = tempfile::tempdir().unwrap();
        let command = Command::new(scratch.path(), scratch.path())
            .args(["-I", "-S", "-c", code])
            .env(MARK, super::mark(&self.store))
            .limits(Limits { wall: Duration::from_mins(2), ..Limits::default() });
        let sandbox = self.sandbox.get_or_init(|| self.make_sandbox()).await;
        let finished = sandbox.run(command, &attempt.cancel).await.unwrap();
        match finished.exit {
            Exit::Code(0) => Ok(()),
            Exit::Cancelled => Err(Failure::new(ErrorKind::Cancelled, "asked to stop")),
            other => Err(Failure::new(ErrorKind::Internal, format!("{other}: {}", finished.stderr()))),
        }
    }

    async fn make_sandbox(&self) -> Sandbox {
        Sandbox::at_level(ground::interpreter().await, &ground::probe(), self.level)
    }
}
