//! Makes what tests need: requests, progress, results and lanes.

use std::path::PathBuf;
use std::sync::Arc;

use _core::store::Store;
use _core::task::{
    Context, ErrorKind, Failure, GenerateTests, Kind, Lane, NewTask, Priority, ProcessId, Progress, Session,
    Settlement, Stage, TaskId, Terms, Threshold, Usage, Work,
};
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

/// A request that asks for nothing, of normal priority and without an owner.
pub(crate) fn noop() -> NewTask {
    NewTask {
        id: TaskId::fresh(),
        lane: noop_lane(),
        owner: "".into(),
        priority: Priority::Normal,
        work: Work::Noop,
        metadata: "".into(),
        submitter: ProcessId::fresh(),
        attempt_seconds: 300.0,
        max_retries: 3,
        retention_seconds: 86_400.0,
        terms: None,
    }
}

/// The same, submitted by the process that has this store open.
pub(crate) fn submitted_by(store: &impl Store) -> NewTask {
    NewTask { submitter: store.process(), ..noop() }
}

/// The same with another priority.
pub(crate) fn noop_of_priority(priority: Priority) -> NewTask {
    NewTask { priority, ..noop() }
}

/// The same for a user.
pub(crate) fn noop_of_owner(owner: &str) -> NewTask {
    NewTask { owner: owner.into(), ..noop() }
}

/// A request for the tests of one module, by the `local` agent.
pub(crate) fn generate_tests(module_path: &str) -> NewTask {
    let context = Context {
        project_root: PathBuf::from("/project"),
        python: PathBuf::from("/usr/bin/python3"),
        workspace_root: PathBuf::from("/project/openhands_workspace"),
        agent: "local".to_owned(),
        require_sandbox: false,
        min_mutation_score: 0,
        travel: _core::task::Travel::Shared,
        remote: None,
        chat: None,
    };
    let work = Work::GenerateTests(Box::new(GenerateTests {
        module_path: module_path.to_owned(),
        output_path: format!("tests/{module_path}"),
        coverage_threshold: Threshold::DEFAULT,
        overwrite: false,
        max_iterations: 3,
        context: Arc::new(context),
    }));
    NewTask { lane: work.lane(), work, ..noop() }
}

/// The lane of [`noop`].
pub(crate) fn noop_lane() -> Lane {
    Lane::of_kind(&Kind::Noop)
}

/// The lane of [`generate_tests`].
pub(crate) fn local_lane() -> Lane {
    Lane::of_agent(&Kind::GenerateTests, "local")
}

/// The end of an attempt that found one test.
pub(crate) fn done() -> Settlement {
    Settlement::Complete(Arc::new(json!({"tests": 1})))
}

/// A conversation on some server.
pub(crate) fn session() -> Session {
    Session {
        server: "http://server".to_owned(),
        conversation: Uuid::from_u128(7),
        iteration: 2,
        model: 0,
        fresh_starts: 0,
        spent_before: Usage { cost_usd: None, prompt_tokens: Some(3), completion_tokens: Some(1) },
    }
}

/// A failure that may pass.
pub(crate) fn transient() -> Failure {
    Failure::new(ErrorKind::Transient, "the provider had a bad moment")
}

/// What an attempt reports in its n-th iteration.
pub(crate) fn progress(iteration: u32) -> Progress {
    Progress::of_iteration(Stage::Agent, "exploring".to_owned(), iteration, 3)
}

/// A request with terms of its own.
pub(crate) fn noop_on(terms: Terms) -> NewTask {
    NewTask { terms: Some(Box::new(terms)), ..noop() }
}

/// A request under an idempotency key.
pub(crate) fn noop_of_key(key: &str) -> NewTask {
    noop_on(Terms { idempotency_key: Some(key.into()), ..Terms::default() })
}

/// A request that waits for other tasks.
pub(crate) fn noop_after(awaited: &[TaskId]) -> NewTask {
    noop_on(Terms { depends_on: awaited.to_vec(), ..Terms::default() })
}

/// A request that waits for a time.
pub(crate) fn noop_at(time: DateTime<Utc>) -> NewTask {
    noop_on(Terms { run_at: Some(time), ..Terms::default() })
}
