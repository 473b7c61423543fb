//! The engine through its public API, with handlers that do what a test says.

mod across_processes;
mod cancelling;
mod failing;
mod failing_disk;
mod leases;
mod registering;
mod running;
mod stopping;
mod testbed;
mod watching;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use _core::kinds::{Attempt, Handler, HandlerFuture};
use _core::store::StoreLocation;
use _core::task::{ErrorKind, Failure, Kind, Lane, NewTask, Priority, TaskId, Work};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};

/// Long enough for anything that happens at all.
const PATIENCE: Duration = Duration::from_mins(2);

/// A handler made of a function over the task's metadata text.
struct Does<F>(F);

impl<F> Handler for Does<F>
where
    F: for<'a> Fn(&'a Attempt) -> HandlerFuture<'a> + Send + Sync + 'static,
{
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        (self.0)(attempt)
    }
}

fn lane() -> Lane {
    Lane::of_kind(&Kind::Noop)
}

fn options<F>(workers: usize, work: F) -> EngineOptions
where
    F: for<'a> Fn(&'a Attempt) -> HandlerFuture<'a> + Send + Sync + 'static,
{
    let options = EngineOptions::without_workers().with_pool(lane(), workers, handler(work));
    EngineOptions { retry_base_delay: Duration::from_millis(10), ..options }
}

fn handler<F>(work: F) -> Arc<dyn Handler>
where
    F: for<'a> Fn(&'a Attempt) -> HandlerFuture<'a> + Send + Sync + 'static,
{
    Arc::new(Does(work))
}

/// Ends at once with the task's note as its result.
fn echo() -> EngineOptions {
    options(2, |attempt| Box::pin(std::future::ready(Ok(noted(attempt)))))
}

fn noted(attempt: &Attempt) -> Arc<Value> {
    Arc::new(json!({ "note": &*attempt.task.new.metadata }))
}

async fn in_memory(options: EngineOptions) -> Engine {
    Engine::open(&StoreLocation::Memory, options).await.expect("a memory store opens")
}

async fn on_file(path: &Path, options: EngineOptions) -> Engine {
    Engine::open(&StoreLocation::Sqlite(path.to_owned()), options).await.expect("the store opens")
}

fn task(engine: &Engine, note: &str) -> NewTask {
    NewTask {
        id: TaskId::fresh(),
        lane: lane(),
        owner: Box::default(),
        priority: Priority::High,
        work: Work::Noop,
        metadata: note.into(),
        submitter: engine.process(),
        attempt_seconds: 60.0,
        max_retries: 3,
        retention_seconds: 86_400.0,
        terms: None,
    }
}

async fn submit(engine: &Engine, note: &str) -> TaskId {
    engine.submit(task(engine, note)).await.expect("a task is kept").id()
}

/// A gate that handlers stand at, and a list of who came.
struct Gate {
    arrived: mpsc::UnboundedSender<String>,
    open: Semaphore,
}

impl Gate {
    fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<String>) {
        let (arrived, arrivals) = mpsc::unbounded_channel();
        (Arc::new(Self { arrived, open: Semaphore::new(0) }), arrivals)
    }

    /// Announces the attempt, then waits for the gate or the sign to stop.
    async fn pass(&self, attempt: &Attempt) -> Result<Arc<Value>, Failure> {
        self.arrived.send(attempt.task.new.metadata.to_string()).expect("the test listens");
        tokio::select! {
            permit = self.open.acquire() => {
                permit.expect("the gate is never closed").forget();
                Ok(noted(attempt))
            }
            () = attempt.cancel.cancelled() => Err(Failure::new(ErrorKind::Cancelled, "asked to stop")),
        }
    }

    fn options(gate: &Arc<Self>, workers: usize) -> EngineOptions {
        let gate = Arc::clone(gate);
        options(workers, move |attempt| {
            let gate = Arc::clone(&gate);
            Box::pin(async move { gate.pass(attempt).await })
        })
    }
}

async fn arrival(arrivals: &mut mpsc::UnboundedReceiver<String>) -> String {
    tokio::time::timeout(PATIENCE, arrivals.recv()).await.expect("an attempt starts").expect("a note")
}
