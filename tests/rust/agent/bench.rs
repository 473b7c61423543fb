//! A project, a server, and an engine that has it write tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use _core::agent::{Agent, BreakerTerms, HostOptions, Patience, ServerAgent, ServerOptions};
use _core::config::{FilesChoice, Llm};
use _core::engine::{Engine, EngineOptions, Finished};
use _core::kinds::{AgentTaskHandler, GenerateTestsHandler, Handler};
use _core::store::StoreLocation;
use _core::task::{
    AgentTask, Context, Failure, GenerateTests, Ground, Happening, Kind as TaskKind, Lane, NewTask, Remote,
    Task, TaskId, TaskStatus, Threshold, Work,
};
use serde_json::Value;

use super::PATIENCE;
use super::fake::{FakeServer, Step};
use super::hosts::{Kind, Stage};
use crate::sandbox::ground::{probe, python, write_files};
use crate::support::noop;

/// What is to be tested.
pub(super) const MODULE: &str = "def grade(points):\n    if points < 0:\n        raise ValueError('negative')\n    \
    if points >= 50:\n        return 'pass'\n    return 'fail'\n";
pub(super) const OUTPUT: &str = "tests/test_school.py";
/// Reaches all of it.
pub(super) const GOOD: &str = "import pytest\n\nfrom school import grade\n\n\ndef test_grade():\n    \
    assert grade(50) == 'pass'\n    assert grade(49) == 'fail'\n\n\ndef test_negative():\n    \
    with pytest.raises(ValueError, match='negative'):\n        grade(-1)\n";
/// Reaches less than the threshold.
pub(super) const HALF: &str =
    "from school import grade\n\n\ndef test_pass():\n    assert grade(50) == 'pass'\n";
/// The key of the model.
pub(super) const MODEL_KEY: &str = "sk-llm-Geheim/0123";

/// Times that do not hold up a test, and hold on a machine that is busy.
pub(super) fn patience() -> Patience {
    Patience {
        connect: Duration::from_secs(20),
        request: Duration::from_secs(20),
        outage: Duration::from_mins(1),
        poll: Duration::from_millis(30),
        settle: Duration::from_millis(100),
        begin: Duration::from_secs(2),
        farewell: Duration::from_secs(20),
        reconnect: Duration::from_millis(10),
        longest_reconnect: Duration::from_millis(100),
        start: Duration::from_mins(1),
        health: Duration::from_millis(100),
        reserve: Duration::ZERO,
    }
}

/// Everything that a test may set.
pub(super) struct Bench {
    folder: tempfile::TempDir,
    pub(super) server: FakeServer,
    pub(super) host: Stage,
    pub(super) patience: Patience,
    pub(super) remote: Remote,
    pub(super) files: FilesChoice,
    pub(super) max_iterations: u32,
    pub(super) max_retries: u32,
    pub(super) attempt_seconds: f64,
    pub(super) store: StoreLocation,
    pub(super) breaker: Option<BreakerTerms>,
    /// What is asked for instead of tests: an instruction, where, and whether to apply what comes of it.
    pub(super) errand: Option<(&'static str, Ground, bool)>,
}

impl Bench {
    /// A server that somebody runs, and whose agent does these runs.
    pub(super) fn new(runs: impl IntoIterator<Item = Vec<Step>>) -> Self {
        Self::on(Kind::Given, runs)
    }

    /// A server that is kept up like this, and whose agent does these runs.
    pub(super) fn on(kind: Kind, runs: impl IntoIterator<Item = Vec<Step>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_files(folder.path(), &[("school.py", MODULE)]);
        let remote = Remote {
            models: vec!["openai/fake".to_owned()],
            address: Some("http://127.0.0.1:1/v1".to_owned()),
            max_micro_usd: None,
            max_tokens: None,
            steps: 20,
            no_progress_seconds: 120,
            fill_gap: false,
            fallback: false,
        };
        let (host, server) = Stage::set(kind, runs, &folder.path().canonicalize().unwrap());
        Self {
            folder,
            server,
            host,
            patience: patience(),
            remote,
            files: FilesChoice::Auto,
            max_iterations: 3,
            max_retries: 0,
            attempt_seconds: PATIENCE.as_secs_f64(),
            store: StoreLocation::Memory,
            breaker: None,
            errand: None,
        }
    }

    /// The same, with tasks that outlive their engine.
    pub(super) fn durable(runs: impl IntoIterator<Item = Vec<Step>>) -> Self {
        Self::durable_on(Kind::Given, runs)
    }

    pub(super) fn durable_on(kind: Kind, runs: impl IntoIterator<Item = Vec<Step>>) -> Self {
        let bench = Self::on(kind, runs);
        Self { store: StoreLocation::Sqlite(bench.folder.path().join("tasks.db")), ..bench }
    }

    pub(super) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// What was published; `None` where nothing was.
    pub(super) fn published(&self) -> Option<String> {
        std::fs::read_to_string(self.root().join(OUTPUT)).ok()
    }

    fn work(&self) -> Work {
        let context = Context {
            project_root: self.root(),
            python: python(),
            workspace_root: self.root().join("openhands_workspace"),
            agent: self.host.kind.agent().to_owned(),
            require_sandbox: false,
            min_mutation_score: 0,
            travel: _core::task::Travel::Shared,
            remote: Some(Box::new(self.remote.clone())),
            chat: None,
        };
        let context = Arc::new(context);
        if let Some((instruction, workspace, apply)) = self.errand {
            let instruction = instruction.to_owned();
            return Work::AgentTask(Box::new(AgentTask { instruction, workspace, apply, context }));
        }
        Work::GenerateTests(Box::new(GenerateTests {
            module_path: "school.py".to_owned(),
            output_path: OUTPUT.to_owned(),
            coverage_threshold: Threshold::DEFAULT,
            overwrite: false,
            max_iterations: self.max_iterations,
            context,
        }))
    }

    pub(super) fn options(&self) -> ServerOptions {
        let Self { files, patience, breaker, .. } = *self;
        ServerOptions { files, patience, breaker, ..server_options(self.host.options(&self.server)) }
    }

    /// An engine that works with the server.
    pub(super) async fn engine(&self) -> Engine {
        self.engine_with(self.options()).await
    }

    pub(super) async fn engine_with(&self, server: ServerOptions) -> Engine {
        let kind = if self.errand.is_some() { TaskKind::AgentTask } else { TaskKind::GenerateTests };
        open_for(&self.store, server, kind).await
    }

    pub(super) async fn submit(&self, engine: &Engine) -> TaskId {
        let work = self.work();
        let task = NewTask {
            lane: work.lane(),
            work,
            submitter: engine.process(),
            attempt_seconds: self.attempt_seconds,
            max_retries: self.max_retries,
            ..noop()
        };
        engine.submit(task).await.unwrap().id()
    }

    /// Submits one task, waits for its end, and sees that nothing is left over.
    pub(super) async fn run(&self) -> Finished {
        let engine = self.engine().await;
        let id = self.submit(&engine).await;
        let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
        self.nothing_is_left(&finished.task);
        self.stop(engine).await;
        finished
    }

    /// Stops an engine, and sees that the server which it kept up is gone.
    pub(super) async fn stop(&self, engine: Engine) {
        engine.stop(Duration::ZERO).await;
        self.host.is_gone();
    }

    /// The result of a task that succeeds.
    pub(super) async fn succeeds(&self) -> Value {
        let finished = self.run().await;
        assert!(finished.is_success(), "{:?}", finished.failure());
        (*finished.result.unwrap()).clone()
    }

    /// The failure of a task that fails.
    pub(super) async fn fails(&self) -> Failure {
        let finished = self.run().await;
        assert_eq!(finished.task.status(), TaskStatus::Failed, "{:?}", finished.result);
        finished.failure().unwrap().clone()
    }

    /// No conversation, no folder, nothing kept with the task.
    pub(super) fn nothing_is_left(&self, task: &Task) {
        let left: Vec<String> = self.server.world().conversations.keys().cloned().collect();
        assert_eq!(left, Vec::<String>::new(), "conversations are left");
        assert_eq!(task.session, None);
        let attempts = self.root().join("openhands_workspace/.attempts");
        let folders: Vec<_> =
            std::fs::read_dir(attempts).map(|entries| entries.flatten().collect()).unwrap_or_default();
        assert!(folders.is_empty(), "{folders:?}");
    }
}

/// A server that is kept up like this, and a model that answers nowhere.
pub(super) fn server_options(host: HostOptions) -> ServerOptions {
    ServerOptions {
        host,
        llm: Llm {
            models: vec!["openai/fake".to_owned()],
            api_key: Some(MODEL_KEY.into()),
            base_url: Some("http://127.0.0.1:1/v1".to_owned()),
        },
        files: FilesChoice::Auto,
        patience: patience(),
        breaker: None,
    }
}

/// An engine whose one worker works with a server.
/// An engine for tests of one module.
pub(super) async fn open(store: &StoreLocation, server: ServerOptions) -> Engine {
    open_for(store, server, TaskKind::GenerateTests).await
}

async fn open_for(store: &StoreLocation, server: ServerOptions, kind: TaskKind) -> Engine {
    let lane = Lane::of_agent(&kind, server.agent());
    let agent: Arc<dyn Agent> = Arc::new(ServerAgent::new(server));
    let handler: Arc<dyn Handler> = match kind {
        TaskKind::AgentTask => Arc::new(AgentTaskHandler::new(agent)),
        _ => Arc::new(GenerateTestsHandler::new(agent, probe())),
    };
    let options = EngineOptions::without_workers().with_pool(lane, 1, handler);
    let options = EngineOptions { retry_base_delay: Duration::from_millis(10), ..options };
    Engine::open(store, options).await.unwrap()
}

/// One run that writes this as the test file.
pub(super) fn writes(source: &str) -> Vec<Step> {
    vec![Step::Act("write tests"), Step::Write(OUTPUT, source.to_owned())]
}

/// The lines that a task left.
pub(super) async fn lines(engine: &Engine, id: TaskId) -> Vec<String> {
    let events = engine.events(id, 0, Duration::ZERO).await.unwrap();
    let lines = events.into_iter().filter_map(|event| match event.happening {
        Happening::Log(_, line) => Some(line.to_string()),
        _ => None,
    });
    lines.collect()
}

/// All bytes of the files below a folder.
pub(super) fn all_bytes(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries
        .flat_map(|entry| match entry.file_type().unwrap() {
            kind if kind.is_dir() => all_bytes(&entry.path()),
            kind if kind.is_file() => std::fs::read(entry.path()).unwrap(),
            _ => Vec::new(),
        })
        .collect()
}
