//! Each failure of server and provider has its class, and says what to do.

use std::time::Duration;

use _core::agent::{BreakerTerms, GivenServer, HostOptions};
use _core::config::Llm;
use _core::task::ErrorKind;
use serde_json::json;

use super::PATIENCE;
use super::bench::{Bench, GOOD, HALF, writes};
use super::fake::{Refusal, SESSION_KEY, Step};
use super::hosts::{Kind, on_every_host};

fn refusal(what: &'static str, times: usize, status: u16) -> Refusal {
    let body = json!({"detail": "not now"}).to_string();
    Refusal { what, times, status, retry_after: None, location: None, body }
}

const MAKE: &str = "POST /api/conversations";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_whose_answer_is_lost_is_said_once() {
    const SAY: &str = "POST /api/conversations/";
    let bench = Bench::new([writes(HALF), writes(GOOD)]);
    bench.server.world().refusals = vec![refusal(SAY, 1, Refusal::LOST)];
    assert_eq!(bench.succeeds().await["iterations"], 2);
    assert_eq!(bench.server.messages().len(), 2, "the first one and what was missing");
    assert_eq!(bench.server.world().refusals[0].times, 0, "an answer was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_the_server_refuses_names_its_variable() {
    let bench = Bench::new([]);
    let host = HostOptions::Given(GivenServer { url: bench.server.url(), session_key: None });
    let engine = bench.engine_with(_core::agent::ServerOptions { host, ..bench.options() }).await;
    let id = bench.submit(&engine).await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    let failure = finished.failure().unwrap();
    assert_eq!(failure.kind, ErrorKind::Authentication);
    assert!(failure.message.contains("OPENHANDS_SESSION_API_KEY"), "{failure}");
    assert!(bench.server.world().made.is_empty());
}

on_every_host! {
    async fn a_key_that_the_provider_refuses_names_its_variable_and_is_not_tried_again(host: Kind) {
        let refused = vec![Step::Fail("LLMAuthenticationError", "Your LLM API key appears to be invalid")];
        let mut bench = Bench::on(host, [refused]);
        bench.max_retries = 3;
        let failure = bench.fails().await;
        assert_eq!(failure.kind, ErrorKind::Authentication);
        assert!(failure.message.contains("LLM_API_KEY"), "{failure}");
        assert_eq!(bench.server.world().made.len(), 1);
    }

    async fn a_rate_limit_is_waited_for_and_the_conversation_goes_on(host: Kind) {
        for detail in ["Rate limit reached", "Rate limit reached. Please try again in 50ms."] {
            let mut bench = Bench::on(host, [vec![Step::Fail("LLMRateLimitError", detail)], writes(GOOD)]);
            bench.max_retries = 2;
            let finished = bench.run().await;
            assert!(finished.is_success(), "{:?}", finished.failure());
            assert_eq!(finished.task.retries, 1);
            assert_eq!(bench.server.world().made.len(), 1, "what was paid for is not thrown away");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_limit_that_lasts_fails_with_the_time_that_was_asked_for() {
    let bench = Bench::new([vec![Step::Fail("LLMRateLimitError", "please try again in 20s")]]);
    let failure = bench.fails().await;
    assert_eq!((failure.kind, failure.retry_after), (ErrorKind::RateLimit, Some(Duration::from_secs(20))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_up_account_is_no_rate_limit() {
    let bench = Bench::new([vec![Step::Fail("LLMRateLimitError", "You exceeded your current quota")]]);
    assert_eq!(bench.fails().await.kind, ErrorKind::Quota);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_asks_to_wait_or_is_unwell_is_asked_again() {
    let bench = Bench::new([writes(GOOD)]);
    bench.server.world().refusals = vec![
        Refusal { retry_after: Some("0.05"), ..refusal(MAKE, 1, 429) },
        refusal(MAKE, 2, 500),
        refusal("GET /server_info", 1, 503),
        refusal("GET /api/conversations/", 1, 502),
    ];
    bench.succeeds().await;
    assert!(bench.server.world().refusals.iter().all(|refusal| refusal.times == 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stays_unwell_or_away_is_a_bad_moment() {
    let mut bench = Bench::new([]);
    bench.patience.outage = Duration::from_millis(100);
    bench.server.world().refusals = vec![refusal("GET /server_info", usize::MAX, 500)];
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Transient, "{failure}");
    assert!(failure.message.contains("answered 500: not now"), "{failure}");

    bench.server.die(super::fake::Death::Killed);
    bench.patience.farewell = Duration::from_millis(100);
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Transient, "{failure}");
    assert!(failure.message.contains("is it running"), "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_never_answers_is_a_bad_moment() {
    let mut bench = Bench::new([]);
    bench.patience.request = Duration::from_millis(200);
    bench.patience.outage = Duration::from_millis(300);
    bench.server.world().refusals = vec![refusal("GET /server_info", usize::MAX, Refusal::NEVER)];
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Transient, "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_makes_no_sense_is_an_error_of_the_protocol() {
    let bench = Bench::new([]);
    bench.server.world().refusals =
        vec![Refusal { body: "<html>".to_owned(), ..refusal("GET /server_info", 1, 200) }];
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Protocol, "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_says_much_is_quoted_in_a_line() {
    let much = "much\n".repeat(100_000);
    let bodies = [json!({"version": much}), json!(much), json!({"version": format!("{SESSION_KEY} 1.0")})];
    for (body, expected) in bodies.into_iter().zip(["much much", "makes no sense", "********** 1.0"]) {
        let bench = Bench::new([]);
        bench.server.world().refusals =
            vec![Refusal { body: body.to_string(), ..refusal("GET /server_info", 1, 200) }];
        let message = bench.fails().await.message;
        assert!(message.contains(expected) && message.len() < 1000 && !message.contains('\n'), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_points_elsewhere_is_not_followed_and_says_where() {
    let bench = Bench::new([]);
    bench.server.world().refusals = vec![Refusal {
        location: Some("https://agents.example/server_info"),
        ..refusal("GET /server_info", 1, 301)
    }];
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Config);
    assert!(failure.message.contains("it points to https://agents.example/server_info"), "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_would_be_paid_twice_is_refused() {
    let bench = Bench::new([]);
    bench.server.world().capabilities.clear();
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Config);
    assert!(failure.message.contains("paid for twice"), "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_not_sent_to_an_address_that_it_is_not_for() {
    let bench = Bench::new([]);
    let llm = Llm { base_url: Some("http://elsewhere/v1".to_owned()), ..bench.options().llm };
    let engine = bench.engine_with(_core::agent::ServerOptions { llm, ..bench.options() }).await;
    let id = bench.submit(&engine).await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    let failure = finished.failure().unwrap();
    assert_eq!(failure.kind, ErrorKind::Config);
    assert!(failure.message.contains("LLM_BASE_URL"), "{failure}");
    assert!(bench.server.world().requests.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_agent_gets_one_fresh_conversation() {
    let bench = Bench::new([vec![Step::Use(None, 100, 10), Step::GetStuck], {
        let mut run = writes(GOOD);
        run.push(Step::Use(None, 50, 5));
        run
    }]);
    let result = bench.succeeds().await;
    let world = bench.server.world();
    assert_eq!((world.made.len(), world.deleted.len()), (2, 2));
    assert_eq!(result["usage"]["prompt_tokens"], 150, "both conversations count");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_is_stuck_twice_is_given_up() {
    let mut bench = Bench::new([vec![Step::GetStuck], vec![Step::GetStuck]]);
    bench.max_retries = 3;
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Stuck, "{failure}");
    assert_eq!(bench.server.world().made.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_after_an_iteration_that_was_of_use_keeps_the_best() {
    let bench = Bench::new([writes(HALF), vec![Step::Fail("LLMAuthenticationError", "revoked")]]);
    let finished = bench.run().await;
    assert_eq!(finished.failure().unwrap().kind, ErrorKind::CoverageGap);
    let result = finished.result.unwrap();
    assert_eq!(result["tests"], json!(["test_pass"]));
    assert_eq!(result["stopped"]["error_kind"], "authentication");
    assert!(bench.published().unwrap().ends_with(HALF));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_somebody_ended_is_a_bad_moment() {
    let bench = Bench::new([vec![Step::Hang]]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    let made = bench.server.until(|world| world.made.first().cloned()).await;
    bench.server.world().conversations.remove(&made);
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert_eq!(finished.failure().unwrap().kind, ErrorKind::Transient);
    bench.nothing_is_left(&finished.task);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_model_takes_over_from_one_that_is_rate_limited_or_used_up() {
    let mut bench = Bench::new([
        vec![Step::Fail("LLMRateLimitError", "Rate limit reached")],
        vec![Step::Fail("LLMRateLimitError", "You exceeded your current quota")],
        writes(GOOD),
    ]);
    bench.remote.models = ["openai/first", "openai/second", "openai/third"].map(str::to_owned).into();
    let result = bench.succeeds().await;
    assert_eq!(result["model"], "openai/third");
    let world = bench.server.world();
    let models: Vec<_> =
        world.requests.iter().map(|request| request["agent"]["llm"]["model"].clone()).collect();
    assert_eq!(models, ["openai/first", "openai/second", "openai/third"]);
    assert_eq!(world.made, world.deleted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_keeps_failing_is_left_alone_for_a_while() {
    let mut bench = Bench::new([vec![Step::Fail("LLMAuthenticationError", "no")]]);
    bench.breaker = Some(BreakerTerms { threshold: 1, rest: Duration::from_hours(1) });
    let engine = bench.engine().await;
    for expected in ["LLM_API_KEY", "Circuit breaker open - service temporarily unavailable"] {
        let id = bench.submit(&engine).await;
        let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
        assert!(finished.failure().unwrap().message.contains(expected), "{:?}", finished.failure());
    }
    assert_eq!(bench.server.world().made.len(), 1);
}
