//! Where a server's agent leaves a gap or fails, the embedded one may step in; the result says so.

use _core::task::ErrorKind;
use serde_json::json;

use super::bench::{Bench, HALF, writes};
use super::fake::Step;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_agents_tests_fill_the_gap() {
    let mut bench = Bench::new([writes(HALF)]);
    (bench.max_iterations, bench.remote.fill_gap) = (1, true);
    let result = bench.succeeds().await;
    assert_eq!(result["threshold_met"], true);
    assert_eq!(result["tests"][0], "test_pass", "the agent's own tests come first: {result:#}");
    assert!(result["filled"]["tests"].as_u64().unwrap() >= 1, "{result:#}");
    assert!(result["filled"]["percent_before"].as_f64().unwrap() < 80.0);
    assert_eq!((&result["agent"], &result["fallback"]), (&json!("server"), &json!(false)));
    assert!(bench.published().unwrap().contains("def test_gap_"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_it_the_gap_is_told() {
    let mut bench = Bench::new([writes(HALF)]);
    bench.max_iterations = 1;
    assert_eq!(bench.fails().await.kind, ErrorKind::CoverageGap);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_agent_steps_in_where_that_was_asked_for() {
    let mut bench = Bench::new([vec![Step::Fail("LLMAuthenticationError", "no")]]);
    bench.remote.fallback = true;
    let result = bench.succeeds().await;
    assert_eq!((&result["agent"], &result["fallback"]), (&json!("local"), &json!(true)));
    assert_eq!(result["stopped"]["error_kind"], "authentication");
}
