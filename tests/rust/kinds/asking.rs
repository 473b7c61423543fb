//! A model that answers over real sockets as a test says: throttled, wrong, of another form, or right.

use std::collections::VecDeque;
use std::time::Instant;

use _core::agent::Throttle;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use parking_lot::Mutex;
use secrecy::SecretString;

use super::*;

const KEY: &str = "model-key-Geheim-7";

/// What the model does with one question.
#[derive(Clone)]
pub(super) enum Answer {
    Says(Value),
    Words(&'static str),
    Status(u16, &'static str),
    /// Never answers.
    Hangs,
    /// Throttles, and asks to wait for so many seconds.
    Throttles(&'static str),
}

#[derive(Default)]
pub(super) struct Model {
    answers: Mutex<VecDeque<Answer>>,
    pub(super) asked: Mutex<Vec<(Value, Instant)>>,
    /// Rung by a question that hangs.
    heard: tokio::sync::Notify,
}

async fn complete(State(model): State<Arc<Model>>, headers: HeaderMap, body: Bytes) -> Response {
    assert_eq!(headers["authorization"], format!("Bearer {KEY}"));
    model.asked.lock().push((serde_json::from_slice(&body).unwrap(), Instant::now()));
    let answer = model.answers.lock().pop_front().unwrap_or(Answer::Status(500, "nothing is left to say"));
    let completion = |text: String| {
        let usage = json!({"prompt_tokens": 5, "completion_tokens": 2});
        axum::Json(json!({"choices": [{"message": {"role": "assistant", "content": text}}], "usage": usage}))
            .into_response()
    };
    match answer {
        Answer::Hangs => {
            model.heard.notify_one();
            std::future::pending().await
        }
        Answer::Says(value) => completion(value.to_string()),
        Answer::Words(text) => completion(text.to_owned()),
        Answer::Status(status, message) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, axum::Json(json!({"error": {"message": format!("{message} {KEY}")}}))).into_response()
        }
        Answer::Throttles(seconds) => {
            let body = axum::Json(json!({"error": {"message": "slow down"}}));
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", seconds)], body).into_response()
        }
    }
}

/// A shop whose tasks ask a model that gives these answers.
pub(super) async fn shop(answers: impl IntoIterator<Item = Answer>, fallback: bool) -> (Shop, Arc<Model>) {
    let model = Arc::new(Model { answers: Mutex::new(answers.into_iter().collect()), ..Model::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/chat/completions", post(complete)).with_state(Arc::clone(&model));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let terms =
        ChatTerms { models: vec!["tiny".to_owned(), "other".to_owned()], address: address.clone(), fallback };
    let chat = Chat { terms, api_key: Some(SecretString::from(KEY)), address };
    let short = Throttle { pauses: [Duration::from_millis(20), Duration::from_millis(40)] };
    let shop = Shop::asking(chat.clone(), ChatModel::new(chat).throttled(short));
    (shop, model)
}

fn matrix(ids: &[&str]) -> Answer {
    let rows =
        ids.iter().map(|id| json!({"id": id, "description": format!("what {id} says"), "type": "security"}));
    Answer::Says(json!({"requirements": rows.collect::<Vec<_>>()}))
}

fn rtm() -> Value {
    json!({"project_id": "shop", "requirements_content": "REQ-1: a\nREQ-2: b"})
}

#[tokio::test]
async fn a_model_that_answers_well_is_named_in_the_result() {
    let (shop, model) = shop([matrix(&["REQ-1", "REQ-2"])], false).await;

    let result = shop.done(&Kind::GenerateRtm, rtm()).await;

    assert_eq!((&result["generated_by"], &result["model"]), (&json!("model"), &json!("tiny")));
    assert_eq!(result["usage"], json!({"cost_usd": null, "prompt_tokens": 5, "completion_tokens": 2}));
    let text = std::fs::read_to_string(shop.artifact("requirements_traceability_matrix.md")).unwrap();
    assert!(text.contains("what REQ-1 says"), "{text}");
    let asked = model.asked.lock();
    assert_eq!(asked[0].0["messages"][1]["content"], "REQ-1: a\nREQ-2: b");
}

#[tokio::test]
async fn an_answer_of_another_form_is_asked_for_again_once() {
    let (shop, model) = shop([matrix(&["REQ-1"]), matrix(&["REQ-1", "REQ-2"])], false).await;

    let result = shop.done(&Kind::GenerateRtm, rtm()).await;

    assert_eq!(result["usage"]["prompt_tokens"], 10);
    let asked = model.asked.lock();
    let again = asked[1].0["messages"][3]["content"].as_str().unwrap();
    assert!(again.contains("requirement REQ-2 of the document is left out"), "{again}");
}

#[tokio::test]
async fn two_answers_of_another_form_fail_the_task() {
    let (shop, model) = shop([Answer::Words("Sorry!"), Answer::Words("No.")], false).await;

    let (kind, message) = shop.fails(&Kind::GenerateRtm, rtm()).await;

    assert_eq!(kind, ErrorKind::Protocol);
    assert!(message.contains("gave twice an answer that is not of the form"), "{message}");
    assert_eq!(model.asked.lock().len(), 2);
}

#[tokio::test]
async fn throttling_is_waited_for_twice() {
    let throttles = Answer::Throttles("0");
    let (shop, model) = shop([throttles.clone(), throttles, matrix(&["REQ-1", "REQ-2"])], false).await;

    let result = shop.done(&Kind::GenerateRtm, rtm()).await;

    assert_eq!(result["model"], "tiny");
    assert_eq!(model.asked.lock().len(), 3);
}

#[tokio::test]
async fn the_word_of_the_provider_how_long_to_wait_is_kept() {
    let (shop, model) = shop([Answer::Throttles("1"), matrix(&["REQ-1", "REQ-2"])], false).await;

    shop.done(&Kind::GenerateRtm, rtm()).await;

    let asked = model.asked.lock();
    assert!(asked[1].1 - asked[0].1 >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_model_that_throttles_for_ever_gives_way_to_the_next_and_then_fails() {
    let (shop, model) = shop(vec![Answer::Throttles("0"); 6], false).await;

    let (kind, message) = shop.fails(&Kind::GenerateRtm, rtm()).await;

    assert_eq!(kind, ErrorKind::RateLimit);
    assert!(message.contains("model other at http://127.0.0.1"), "{message}");
    let models: Vec<Value> = model.asked.lock().iter().map(|(body, _)| body["model"].clone()).collect();
    assert_eq!(models, ["tiny", "tiny", "tiny", "other", "other", "other"]);
}

#[tokio::test]
async fn other_errors_are_told_at_once_and_without_the_key() {
    for (status, expected) in [
        (500, ErrorKind::Transient),
        (401, ErrorKind::Authentication),
        (400, ErrorKind::Config),
        (402, ErrorKind::Quota),
    ] {
        let answers = vec![Answer::Status(status, "it is so:"); 2];
        let (shop, model) = shop(answers, false).await;

        let (kind, message) = shop.fails(&Kind::GenerateRtm, rtm()).await;

        assert_eq!(kind, expected, "{status}");
        assert!(message.contains("it is so") && !message.contains(KEY), "{message}");
        assert!(model.asked.lock().len() <= 2, "each model once");
    }
}

#[tokio::test]
async fn where_a_fallback_is_wanted_the_embedded_way_is_taken_and_told() {
    let (shop, _) = shop([Answer::Status(500, "away")], true).await;

    let result = shop.done(&Kind::GenerateRtm, rtm()).await;

    assert_eq!((&result["generated_by"], &result["fallback"]), (&json!("embedded"), &json!(true)));
    assert_eq!(result["stopped"]["error_kind"], "transient");
    assert_eq!(result["total_requirements"], 2);
}

#[tokio::test]
async fn test_cases_of_a_model_are_drafts_too() {
    let case = |id: &str, form: &str| {
        json!({
            "requirement_id": id, "title": format!("{id} holds"), "form": form, "preconditions": [],
            "steps": ["open the \"\"\"page\"\"\""], "expected": ["it is there"],
        })
    };
    let wrong = Answer::Says(json!({"cases": [case("REQ-1", "positive"), case("REQ-2", "negative")]}));
    let right = Answer::Says(json!({"cases": [case("REQ-1", "positive"), case("REQ-2", "positive")]}));
    let (shop, model) = shop([wrong, right], false).await;
    let payload = json!({"project_id": "shop", "rtm_content": "REQ-1: a\nREQ-2: b"});

    let result = shop.done(&Kind::GenerateTestCases, payload).await;

    assert_eq!((&result["generated_by"], &result["total_count"]), (&json!("model"), &json!(2)));
    let source = std::fs::read_to_string(shop.artifact("test_cases/test_req_1.py")).unwrap();
    assert!(source.contains("to be written by a person") && !source.contains("assert "), "{source}");
    let again = model.asked.lock()[1].0["messages"][3]["content"].to_string();
    assert!(again.contains("only positive ones are wanted"), "{again}");
}

#[tokio::test]
async fn a_key_is_not_sent_to_another_address() {
    let (mut shop, model) = shop([], false).await;
    if let Some((_, terms)) = &mut shop.model {
        terms.address = "http://127.0.0.1:9/v1".to_owned();
    }

    let (kind, message) = shop.fails(&Kind::GenerateRtm, rtm()).await;

    assert_eq!(kind, ErrorKind::Config);
    assert!(message.contains("submit it again under the settings that hold now"), "{message}");
    assert!(model.asked.lock().is_empty());
}

#[tokio::test]
async fn a_task_is_cancelled_while_the_model_says_nothing() {
    let (shop, model) = shop([Answer::Hangs], true).await;
    let (engine, id) = shop.begin(&Kind::GenerateRtm, rtm()).await;
    tokio::time::timeout(PATIENCE, model.heard.notified()).await.unwrap();

    let task = engine.cancel(id).await.unwrap();

    assert_eq!(task.status(), TaskStatus::Cancelled);
    assert!(!shop.artifact("requirements_traceability_matrix.md").exists());
    engine.stop(PATIENCE).await;
}
