//! Handlers and pools that come while the engine runs.

use _core::engine::{EngineOptions, TestRequest};
use _core::task::{Context, NewTask, Work};
use serde_json::Map;

use super::*;

fn kind() -> Kind {
    "count_words".parse().unwrap()
}

fn context() -> Arc<Context> {
    Arc::new(Context {
        project_root: "/project".into(),
        python: "/usr/bin/python3".into(),
        workspace_root: "/project/openhands_workspace".into(),
        agent: "local".to_owned(),
        require_sandbox: false,
        min_mutation_score: 0,
        travel: _core::task::Travel::Shared,
        remote: None,
        chat: None,
    })
}

fn work(payload: Map<String, Value>) -> Work {
    TestRequest::work_of_kind(kind(), payload, &context(), 3).unwrap()
}

fn user_task(engine: &Engine) -> NewTask {
    NewTask { lane: Lane::of_kind(&kind()), work: work(Map::new()), ..task(engine, "") }
}

async fn submit_user_task(engine: &Engine) -> TaskId {
    engine.submit(user_task(engine)).await.unwrap().id()
}

fn answers(text: &'static str) -> Arc<dyn Handler> {
    handler(move |_| Box::pin(std::future::ready(Ok(Arc::new(json!(text))))))
}

async fn result(engine: &Engine, id: TaskId) -> Value {
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    finished.result.as_deref().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_handler_registered_on_an_open_engine_runs_what_waited_for_it() {
    let engine = in_memory(echo()).await;
    let id = submit_user_task(&engine).await;
    assert!(!engine.works(&Lane::of_kind(&kind())));

    engine.register(Lane::of_kind(&kind()), 1, answers("done"));

    assert_eq!(result(&engine, id).await, json!("done"));
    assert!(engine.works(&Lane::of_kind(&kind())));
}

#[tokio::test]
async fn a_handler_registered_on_an_engine_without_workers_runs_tasks() {
    let engine = in_memory(EngineOptions::without_workers()).await;

    engine.register(Lane::of_kind(&kind()), 1, answers("done"));

    assert_eq!(result(&engine, submit_user_task(&engine).await).await, json!("done"));
}

#[tokio::test]
async fn a_handler_registered_again_takes_the_attempts_that_start_later() {
    let engine = in_memory(echo()).await;
    engine.register(Lane::of_kind(&kind()), 1, answers("first"));
    assert_eq!(result(&engine, submit_user_task(&engine).await).await, json!("first"));

    engine.register(Lane::of_kind(&kind()), 1, answers("second"));

    assert_eq!(result(&engine, submit_user_task(&engine).await).await, json!("second"));
}

#[tokio::test]
async fn a_registered_kind_has_workers_of_its_own() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(Gate::options(&gate, 1)).await;
    submit(&engine, "slow").await;
    arrival(&mut arrivals).await;

    engine.register(Lane::of_kind(&kind()), 1, answers("quick"));

    assert_eq!(result(&engine, submit_user_task(&engine).await).await, json!("quick"));
}

#[tokio::test]
async fn no_more_of_a_registered_kind_run_at_once_than_it_has_workers() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(echo()).await;
    let gated = Arc::clone(&gate);
    let handler = handler(move |attempt| {
        let gate = Arc::clone(&gated);
        Box::pin(async move { gate.pass(attempt).await })
    });
    engine.register(Lane::of_kind(&kind()), 2, handler);
    for _ in 0..3 {
        submit_user_task(&engine).await;
    }

    arrival(&mut arrivals).await;
    arrival(&mut arrivals).await;

    assert_eq!(engine.stats().await.unwrap().running, 2);
    gate.open.add_permits(3);
    arrival(&mut arrivals).await;
}

#[tokio::test]
async fn other_processes_learn_of_a_handler_that_is_registered_late() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let there = on_file(&path, EngineOptions::without_workers()).await;
    let here = on_file(&path, echo()).await;
    assert!(!there.has_worker(&Lane::of_kind(&kind())).await.unwrap());

    here.register(Lane::of_kind(&kind()), 1, answers("done"));
    assert_eq!(result(&there, submit_user_task(&there).await).await, json!("done"));

    assert!(there.has_worker(&Lane::of_kind(&kind())).await.unwrap());
    here.stop(Duration::ZERO).await;
}

#[tokio::test]
async fn a_process_without_the_handler_leaves_the_task_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let engine = on_file(&folder.path().join("tasks.db"), echo()).await;
    let id = submit_user_task(&engine).await;

    // Another task goes through the same dispatcher meanwhile.
    let other = submit(&engine, "ours").await;
    engine.wait(other, Some(PATIENCE)).await.unwrap();

    assert_eq!(engine.get(id).await.unwrap().status().as_str(), "queued");
}

#[tokio::test]
async fn a_handler_is_let_go_of_when_the_engine_stops() {
    let engine = in_memory(echo()).await;
    let handler = answers("done");
    engine.register(Lane::of_kind(&kind()), 1, Arc::clone(&handler));
    assert_eq!(result(&engine, submit_user_task(&engine).await).await, json!("done"));

    engine.stop(PATIENCE).await;

    assert_eq!(Arc::strong_count(&handler), 1);
}

#[test]
fn a_payload_is_kept_as_it_came_and_refused_above_256_kib() {
    let of_size = |bytes: usize| {
        let payload = Map::from_iter([("text".to_owned(), Value::from("x".repeat(bytes - 11)))]);
        TestRequest::work_of_kind(kind(), payload, &context(), 3)
    };

    let Work::Custom(custom) = of_size(256 * 1024).unwrap() else { panic!("other work") };
    assert_eq!(custom.payload.get().len(), 256 * 1024);

    let error = of_size(256 * 1024 + 1).unwrap_err();
    assert_eq!(error.field, "payload");
    assert!(error.message.contains("at most 262144"), "{error}");
}

#[test]
fn names_of_kinds_are_plain_and_not_ours() {
    let longest = "a".repeat(64);
    for name in ["a", "count_words", "v2", &longest] {
        assert_eq!(name.parse::<Kind>().unwrap().as_str(), name);
    }
    let too_long = "a".repeat(65);
    for name in ["", "A", "2fast", "_x", "a-b", "a b", "ä", &too_long] {
        let error = name.parse::<Kind>().unwrap_err();
        assert!(error.contains("a lower-case letter, then at most 63"), "{error}");
    }
    for name in ["noop", "generate_tests"] {
        let error = name.parse::<_core::task::KindName>().unwrap_err();
        assert!(error.contains("one of ours"), "{error}");
    }
}
