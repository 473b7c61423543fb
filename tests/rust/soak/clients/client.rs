//! One process: an engine with four workers, and four clients of it that submit, wait, cancel and look at random.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use _core::kinds::{Attempt, Handler, HandlerFuture};
use _core::store::{SqliteStore, Store, StoreError, StoreLocation};
use _core::task::{ErrorKind, Failure, ListFilter, NewTask, Settlement, Task, TaskId};
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::event::Event;
use crate::soak::moment::{Time, now};
use crate::soak::process::{Process, end_with_parent, say};
use crate::support::{noop, noop_lane};

const STORE: &str = "OTG_SOAK_STORE";
const SEED: &str = "OTG_SOAK_SEED";
const CLIENTS: usize = 4;
/// No more is submitted while so many wait.
const BACKLOG: u64 = 100;

/// Whom to tell.
pub(super) type Tell = Arc<dyn Fn(&Event) + Send + Sync>;

/// Starts such a process.
pub(super) fn start(store: &Path, seed: u64) -> Process {
    let variables = [(STORE, store.to_str().unwrap()), (SEED, &seed.to_string())];
    Process::start("soak::clients::client::uses_the_store", &variables)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is started and killed by the test"]
async fn uses_the_store() {
    let Some(store) = std::env::var_os(STORE).map(PathBuf::from) else { return };
    end_with_parent();
    let tell: Tell = Arc::new(|event| say(&serde_json::to_string(event).unwrap()));
    let stale = Arc::new(SqliteStore::open(&store).await.unwrap());
    let engine = Engine::open(&StoreLocation::Sqlite(store), options(Arc::clone(&tell))).await.unwrap();
    let engine = Arc::new(engine);
    let mut rng = Rng::with_seed(std::env::var(SEED).unwrap().parse().unwrap());
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (engine, stale, tell) = (Arc::clone(&engine), Arc::clone(&stale), Arc::clone(&tell));
        let client = Client { engine, stale, tell, rng: rng.fork(), known: Vec::new() };
        clients.spawn(client.run());
    }
    clients.join_all().await;
}

/// Four workers whose handler tells when it begins and returns.
pub(super) fn options(tell: Tell) -> EngineOptions {
    let options =
        EngineOptions { retry_base_delay: Duration::from_millis(10), ..EngineOptions::without_workers() };
    options.with_pool(noop_lane(), 4, Arc::new(Telling(tell)))
}

struct Telling(Tell);

impl Handler for Telling {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            let (id, token) = (attempt.task.id(), attempt.task.token);
            (self.0)(&Event::Began { id, token, at: now() });
            let outcome = tokio::select! {
                () = tokio::time::sleep(Duration::from_micros(fastrand::u64(..5_000))) => outcome(token),
                () = attempt.cancel.cancelled() => Err(Failure::new(ErrorKind::Cancelled, "asked to stop")),
            };
            (self.0)(&Event::Returned { id, token, at: now() });
            outcome
        })
    }
}

/// Most attempts end well, no two alike.
fn outcome(token: u64) -> Result<Arc<Value>, Failure> {
    match fastrand::u8(..20) {
        0 | 1 => Err(Failure::new(ErrorKind::Transient, "a bad moment")),
        2 => Err(Failure::new(ErrorKind::InvalidModule, "never")),
        _ => Ok(Arc::new(json!({ "token": token, "nonce": fastrand::u64(..) }))),
    }
}

struct Client {
    engine: Arc<Engine>,
    /// Another way to the same file, for what the engine would not do.
    stale: Arc<SqliteStore>,
    tell: Tell,
    rng: Rng,
    /// Tasks that it knows of.
    known: Vec<TaskId>,
}

impl Client {
    async fn run(mut self) {
        loop {
            match self.rng.u8(..20) {
                0..8 => self.submit().await,
                8..12 => self.wait().await,
                12..15 => self.cancel().await,
                15..18 => self.look().await,
                18 => self.overwrite().await,
                _ => self.look_around().await,
            }
        }
    }

    async fn submit(&mut self) {
        if self.engine.stats().await.unwrap().queued > BACKLOG {
            return self.wait().await;
        }
        let task = NewTask { submitter: self.engine.process(), ..noop() };
        let id = self.engine.submit(task).await.unwrap().id();
        (self.tell)(&Event::Submitted { id, answered: now() });
        self.known.push(id);
    }

    async fn wait(&mut self) {
        let Some(id) = self.any() else { return };
        let asked = now();
        let limit = Duration::from_millis(self.rng.u64(..50));
        if let Ok(finished) = self.engine.wait(id, Some(limit)).await {
            self.saw(&finished.task, asked);
            if let Some(result) = finished.result {
                (self.tell)(&Event::Got { id, result: (*result).clone() });
            }
        }
    }

    async fn cancel(&mut self) {
        let Some(id) = self.any() else { return };
        let asked = now();
        let task = self.engine.cancel(id).await.unwrap();
        self.saw(&task, asked);
    }

    async fn look(&mut self) {
        let Some(id) = self.any() else { return };
        let asked = now();
        let task = self.engine.get(id).await.unwrap();
        self.saw(&task, asked);
    }

    /// Does what a worker does that lost its lease and does not know: it must be refused.
    async fn overwrite(&mut self) {
        let Some(id) = self.any() else { return };
        let task = self.engine.get(id).await.unwrap();
        let Some(token) = task.token.checked_sub(1) else { return };
        let result = Settlement::Complete(Arc::new(json!({ "token": token })));
        let refused = self.stale.settle(id, token, result).await;
        assert!(matches!(refused, Err(StoreError::LeaseLost)), "an old token was taken: {refused:?}");
    }

    /// Learns of tasks that others submitted, and forgets old ones.
    async fn look_around(&mut self) {
        let asked = now();
        let page = self.engine.list(ListFilter { limit: 20, ..ListFilter::default() }).await.unwrap();
        self.known.clear();
        for task in page.tasks {
            self.saw(&task, asked);
            self.known.push(task.id());
        }
    }

    fn any(&mut self) -> Option<TaskId> {
        (!self.known.is_empty()).then(|| self.known[self.rng.usize(..self.known.len())])
    }

    fn saw(&self, task: &Task, asked: Time) {
        let (id, status, token) = (task.id(), task.status(), task.token);
        (self.tell)(&Event::Saw { id, status, token, asked, answered: now() });
    }
}
