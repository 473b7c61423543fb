//! A minimum of faults that the tests must notice: from the setting to the result, through the engine.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use _core::agent::{ScriptedAgent, Step};
use _core::engine::{Engine, EngineOptions, Finished};
use _core::kinds::GenerateTestsHandler;
use _core::store::StoreLocation;
use _core::task::{Context, ErrorKind, GenerateTests, NewTask, Threshold, Work};
use serde_json::Value;

use super::bench::MODULE;
use crate::sandbox::ground::{probe, python, write_files};
use crate::support::noop;

const PATIENCE: Duration = Duration::from_mins(20);
const OUTPUT: &str = "tests/test_cart.py";

/// Reaches every line and branch, and would not notice much.
const WEAK: &str = r#"import pytest

from shop.cart import Cart, discount


def test_cart():
    cart = Cart()
    cart.add("tea", 3)
    assert cart.total() is not None
    with pytest.raises(ValueError):
        cart.add("tea", -9)


def test_discount():
    assert discount(100, 10) is not None
    assert discount(100, 90) is not None
"#;

/// Notices what there is to notice: half of the price is half of it on either side of 50 %.
const STRONG: &str = r#"import pytest

from shop.cart import Cart, discount


def test_cart():
    cart = Cart()
    cart.add("tea", 3)
    cart.add("gift", 0)
    assert cart.total() == 3
    assert cart.items == [("tea", 3), ("gift", 0)]
    with pytest.raises(ValueError, match="negative"):
        cart.add("tea", -1)


def test_discount():
    assert [discount(100, percent) for percent in (0, 10, 50, 51, 90)] == [100, 90, 50, 50, 50]
    assert discount(30, 10) == 27
"#;

/// Runs one task of an agent that writes these files, one after another.
async fn generate(root: &Path, files: &[&str], min_mutation_score: u8) -> Finished {
    write_files(root, &[("shop/__init__.py", ""), ("shop/cart.py", MODULE)]);
    let context = Context {
        project_root: root.canonicalize().unwrap(),
        python: python(),
        workspace_root: root.canonicalize().unwrap().join("openhands_workspace"),
        agent: "scripted".to_owned(),
        require_sandbox: false,
        min_mutation_score,
        travel: _core::task::Travel::Shared,
        remote: None,
        chat: None,
    };
    let work = Work::GenerateTests(Box::new(GenerateTests {
        module_path: "shop/cart.py".to_owned(),
        output_path: OUTPUT.to_owned(),
        coverage_threshold: Threshold::DEFAULT,
        overwrite: false,
        max_iterations: u32::try_from(files.len()).unwrap(),
        context: Arc::new(context),
    }));
    let agent = ScriptedAgent::new(files.iter().map(|file| Step::Write((*file).to_owned())));
    let handler = Arc::new(GenerateTestsHandler::new(Arc::new(agent), probe()));
    let options = EngineOptions::without_workers().with_pool(work.lane(), 1, handler);
    let engine = Engine::open(&StoreLocation::Memory, options).await.unwrap();
    let attempt_seconds = PATIENCE.as_secs_f64();
    let task = NewTask { lane: work.lane(), work, submitter: engine.process(), attempt_seconds, ..noop() };
    let id = engine.submit(task).await.unwrap().id();
    engine.wait(id, Some(PATIENCE)).await.unwrap()
}

fn result(finished: &Finished) -> &Value {
    finished.result.as_deref().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_whose_tests_notice_too_little_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let finished = generate(folder.path(), &[WEAK, STRONG], 70).await;
    let result = result(&finished);
    assert_eq!(result["iterations"], 2, "{result:#}");
    let mutation = &result["mutation"];
    assert!(mutation["score"].as_f64().unwrap() >= 70.0, "{mutation:#}");
    assert!(mutation["sampled"].as_u64().unwrap() > 0);
    assert!(std::fs::read_to_string(folder.path().join(OUTPUT)).unwrap().ends_with(STRONG));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tests_that_notice_too_little_are_published_and_fail_the_task() {
    let folder = tempfile::tempdir().unwrap();
    let finished = generate(folder.path(), &[WEAK], 70).await;
    let result = result(&finished);
    let failure = finished.failure().unwrap();
    assert_eq!(failure.kind, ErrorKind::CoverageGap);
    assert!(failure.message.contains("faults put into the module"), "{failure}");
    assert_eq!(result["threshold_met"], true, "{result:#}");
    let survived = result["mutation"]["survived"].as_array().unwrap();
    assert!(survived.iter().any(|fault| fault.as_str().unwrap().contains("->")), "{survived:?}");
    assert!(folder.path().join(OUTPUT).exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_is_tried_unless_it_is_asked_for_and_each_test_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let source = format!("{WEAK}\n\ndef test_wrong():\n    assert discount(1, 0) == 2\n");
    let finished = generate(folder.path(), &[&source], 0).await;
    let result = result(&finished);
    assert_eq!(result["mutation"], Value::Null);
    let judged = &result["verification"]["tests"];
    assert_eq!(judged[0], serde_json::json!({"test": "test_cart", "verdict": "kept", "reason": null}));
    assert_eq!(judged[2]["test"], "test_wrong");
    assert_eq!(judged[2]["verdict"], "removed");
    assert_eq!(judged[2]["reason"], "fails: assert 1.0 == 2");
}
