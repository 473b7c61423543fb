//! At a limit of the task the run is interrupted, and what is there is verified.

use std::time::Duration;

use _core::task::ErrorKind;
use serde_json::json;

use super::bench::{Bench, GOOD, writes};
use super::fake::Step;

/// A run that writes good tests and then goes on for ever, having used so much.
fn goes_on(cost: Option<f64>, tokens: u64) -> Vec<Step> {
    let mut run = writes(GOOD);
    run.extend([Step::Use(cost, tokens, 0), Step::Drip]);
    run
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_its_limit_of_tokens_a_task_has_what_was_written() {
    let mut bench = Bench::new([goes_on(None, 1000)]);
    bench.remote.max_tokens = Some(1000);
    let result = bench.succeeds().await;
    assert_eq!(result["stopped"]["error_kind"], "budget");
    assert!(result["stopped"]["error"].as_str().unwrap().contains("OPENHANDS_MAX_TOKENS"), "{result:#}");
    assert_eq!(result["tests"], json!(["test_grade", "test_negative"]));
    assert!(!bench.server.world().interrupted.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_its_limit_of_cost_with_nothing_written_a_task_fails() {
    let mut bench = Bench::new([vec![Step::Use(Some(0.3), 10, 1), Step::Hang]]);
    bench.remote.max_micro_usd = Some(250_000);
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Budget, "{failure}");
    assert!(failure.message.contains("0.3000 of 0.2500 US dollars"), "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_cost_reaches_no_limit() {
    let mut run = writes(GOOD);
    run.push(Step::Use(None, 1_000_000, 1));
    let mut bench = Bench::new([run]);
    bench.remote.max_micro_usd = Some(1);
    assert_eq!(bench.succeeds().await["usage"]["cost_usd"], json!(null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_is_silent_is_stopped() {
    let mut bench = Bench::new([vec![Step::Act("think"), Step::Hang]]);
    bench.remote.no_progress_seconds = 1;
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Stuck, "{failure}");
    assert!(failure.message.contains("OPENHANDS_NO_PROGRESS_SECONDS"), "{failure}");
    let world = bench.server.world();
    assert!(!world.interrupted.is_empty() && world.deleted.len() == 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_never_comes_to_an_end_leaves_time_for_verification() {
    let mut bench = Bench::new([vec![Step::Drip]]);
    bench.attempt_seconds = 10.0;
    // All of it: half of the time is the agent's all the same.
    bench.patience.reserve = Duration::from_secs(100);
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Timeout, "{failure}");
    assert!(failure.message.contains("needed for verification"), "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_agents_own_limit_of_steps_what_is_there_is_verified() {
    let mut run = writes(GOOD);
    run.push(Step::Fail("MaxIterationsReached", "Agent reached maximum iterations limit (20)."));
    let result = Bench::new([run]).succeeds().await;
    assert_eq!(result["stopped"]["error_kind"], "budget");

    let bench = Bench::new([vec![Step::Fail(
        "MaxIterationsReached",
        "Agent reached maximum iterations limit (20).",
    )]]);
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Budget);
    assert!(failure.message.contains("OPENHANDS_AGENT_STEPS"), "{failure}");
}
