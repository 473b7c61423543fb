//! Work on the documents of a project, from the payload to what lies in the artifacts folder.

mod analysing;
mod asking;
mod generating;
mod planning;
mod submitting;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use _core::agent::ChatModel;
use _core::config::Chat;
use _core::engine::{Defaults, Engine, EngineOptions, Finished, InvalidRequest, SubmitOptions, TestRequest};
use _core::kinds::{DocumentsHandler, Handler, PlanningHandler};
use _core::store::StoreLocation;
use _core::task::{ChatTerms, Context, ErrorKind, Kind, Lane, TaskId, TaskStatus, Travel, Work};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::sandbox::ground::{probe, python};

/// Long enough for anything that happens at all.
const PATIENCE: Duration = Duration::from_mins(5);

/// A project, and an engine that works on its documents.
struct Shop {
    root: TempDir,
    model: Option<(ChatModel, ChatTerms)>,
}

impl Shop {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("pyproject.toml"), "[project]\nname = \"shop\"\nversion = \"1\"\n")
            .unwrap();
        Self { root, model: None }
    }

    fn asking(chat: Chat, model: ChatModel) -> Self {
        Self { model: Some((model, chat.terms)), ..Self::new() }
    }

    fn context(&self) -> Arc<Context> {
        let root = self.root.path().canonicalize().unwrap();
        Arc::new(Context {
            workspace_root: root.join("openhands_workspace"),
            project_root: root,
            python: python(),
            agent: "local".to_owned(),
            require_sandbox: false,
            min_mutation_score: 0,
            travel: Travel::Shared,
            remote: None,
            chat: self.model.as_ref().map(|(_, terms)| Box::new(terms.clone())),
        })
    }

    /// A file of the project's artifacts.
    fn artifact(&self, name: &str) -> PathBuf {
        self.context().workspace_root.join("projects/shop/artifacts").join(name)
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn put_artifact(&self, name: &str, text: &str) {
        let path = self.artifact(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn work(&self, kind: &Kind, payload: Value) -> Result<Work, InvalidRequest> {
        let Value::Object(payload) = payload else { panic!("an object") };
        TestRequest::work_of_kind(kind.clone(), payload, &self.context(), 3)
    }

    /// An engine with a task of this kind.
    async fn begin(&self, kind: &Kind, payload: Value) -> (Engine, TaskId) {
        let work = self.work(kind, payload).unwrap();
        let documents = DocumentsHandler::new(probe());
        let handler: Arc<dyn Handler> = match (&self.model, kind.is_of_planning()) {
            (Some((model, _)), false) => Arc::new(documents.with_model(model.clone())),
            (None, false) => Arc::new(documents),
            (Some((model, _)), true) => Arc::new(PlanningHandler::of_model(model.clone())),
            (None, true) => Arc::new(PlanningHandler::embedded()),
        };
        let options = EngineOptions::without_workers().with_pool(work.lane(), 1, handler);
        let engine = Engine::open(&StoreLocation::Memory, options).await.unwrap();
        let defaults = Defaults { attempt_seconds: 240.0, max_retries: 0, retention_seconds: 60.0 };
        let task = SubmitOptions::default().into_task(work, engine.process(), &defaults).unwrap();
        let id = engine.submit(task).await.unwrap().id();
        (engine, id)
    }

    /// The task in the end, run by an engine of its own.
    async fn run(&self, kind: &Kind, payload: Value) -> Finished {
        let (engine, id) = self.begin(kind, payload).await;
        let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
        engine.stop(PATIENCE).await;
        finished
    }

    /// The result of a task that succeeds.
    async fn done(&self, kind: &Kind, payload: Value) -> Value {
        let finished = self.run(kind, payload).await;
        assert_eq!(finished.failure(), None);
        finished.result.as_deref().cloned().unwrap()
    }

    /// Why a task fails.
    async fn fails(&self, kind: &Kind, payload: Value) -> (ErrorKind, String) {
        let finished = self.run(kind, payload).await;
        let failure = finished.failure().expect("a failure");
        (failure.kind, failure.message.clone())
    }
}
