//! No key is found in anything that is kept, told or written.

use serde_json::json;

use super::PATIENCE;
use super::bench::{Bench, GOOD, MODEL_KEY, OUTPUT, all_bytes, lines};
use super::fake::{Refusal, SESSION_KEY, Step};
use super::hosts::Kind;

fn contains(bytes: &[u8], key: &str) -> bool {
    bytes.windows(key.len()).any(|window| window == key.as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_agent_and_provider_repeat_is_kept_nowhere() {
    let detail: &'static str = Box::leak(
        format!("Incorrect API key provided: {MODEL_KEY} (session {SESSION_KEY})").into_boxed_str(),
    );
    let says: &'static str = Box::leak(format!("echo {MODEL_KEY}").into_boxed_str());
    let source = format!("{GOOD}\n\nKEY = {MODEL_KEY:?}\n");
    let bench = Bench::durable([
        vec![Step::Act(says), Step::Write(OUTPUT, source), Step::Wait],
        vec![Step::Fail("LLMAuthenticationError", detail)],
    ]);
    let engine = bench.engine().await;
    let succeeds = bench.submit(&engine).await;
    bench.server.let_go();
    let finished = engine.wait(succeeds, Some(PATIENCE)).await.unwrap();
    assert!(finished.is_success(), "{:?}", finished.failure());
    assert!(bench.published().unwrap().contains("KEY = \"**********\""));
    std::fs::remove_file(bench.root().join(OUTPUT)).unwrap();

    let fails = bench.submit(&engine).await;
    let finished = engine.wait(fails, Some(PATIENCE)).await.unwrap();
    let failure = finished.failure().unwrap().to_string();
    assert!(failure.contains("Incorrect API key provided: **********"), "{failure}");
    let told = [lines(&engine, succeeds).await, lines(&engine, fails).await].concat().join("\n");
    assert!(told.contains("echo **********"), "{told}");
    engine.stop(PATIENCE).await;
    let kept = all_bytes(&bench.root());
    for key in [MODEL_KEY, SESSION_KEY] {
        assert!(!told.contains(key) && !failure.contains(key));
        assert!(!contains(&kept, key), "a key is in a file");
    }
}

/// How long a quotation is, in bytes.
const MOST_QUOTED: usize = 400;

/// A text in which a key stands where quotations end.
fn cut_at_the_key(key: &str, before: &str) -> &'static str {
    let filler = "x ".repeat((MOST_QUOTED - before.len()) / 2 - 6);
    Box::leak(format!("{before}{filler}{key} and more").into_boxed_str())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_cut_off_is_not_told_in_part() {
    let bench = Bench::durable([vec![
        Step::Act(cut_at_the_key(MODEL_KEY, "terminal: ")),
        Step::Fail("LLMAuthenticationError", cut_at_the_key(MODEL_KEY, "")),
    ]]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    let told = lines(&engine, id).await.join("\n");
    let failure = finished.failure().unwrap().to_string();
    assert!(told.contains("x x x") && failure.contains("x x x"), "{told}\n{failure}");
    bench.server.world().refusals = vec![Refusal {
        what: "POST /api/conversations",
        times: 1,
        status: 400,
        retry_after: None,
        location: None,
        body: json!({"detail": cut_at_the_key(SESSION_KEY, "")}).to_string(),
    }];
    let id = bench.submit(&engine).await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    let refused = finished.failure().unwrap().to_string();
    assert!(refused.contains("x x x"), "{refused}");
    engine.stop(PATIENCE).await;
    let kept = all_bytes(&bench.root());
    for key in [MODEL_KEY, SESSION_KEY] {
        let part = &key[..9];
        assert!(
            ![&told, &failure, &refused].iter().any(|text| text.contains(part)),
            "{told}\n{failure}\n{refused}"
        );
        assert!(!contains(&kept, part), "a part of a key is in a file");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_in_a_file_beside_the_tests_is_published_nowhere() {
    let bench = Bench::durable([vec![
        Step::Write("tests/answers.txt", format!("{MODEL_KEY}\n")),
        Step::Do(|folder| {
            let bytes = [b"\xff", SESSION_KEY.as_bytes()].concat();
            std::fs::write(folder.join("tests/answers.bin"), bytes).unwrap();
            std::fs::write(folder.join(format!("tests/{SESSION_KEY}.txt")), "1").unwrap();
            std::fs::write(folder.join(format!("{SESSION_KEY}.txt")), "1").unwrap();
        }),
        Step::Write(OUTPUT, GOOD.to_owned()),
    ]]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert!(finished.is_success(), "{:?}", finished.failure());
    let result = finished.result.unwrap().to_string();
    engine.stop(PATIENCE).await;
    let answers = std::fs::read_to_string(bench.root().join("tests/answers.txt")).unwrap();
    assert_eq!(answers, "**********\n");
    let tests = bench.root().join("tests").read_dir().unwrap().flatten();
    let names: Vec<_> = tests.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let kept = all_bytes(&bench.root());
    for key in [MODEL_KEY, SESSION_KEY] {
        assert!(!result.contains(key) && !names.iter().any(|name| name.contains(key)), "{result}\n{names:?}");
        assert!(!contains(&kept, key), "a key is in a file");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_within_an_address_is_not_told() {
    let detail = "Connection error: http://me:geheim-geheim@127.0.0.1:1/v1 (basic bWU6Z2VoZWltLWdlaGVpbQ==)";
    let bench = Bench::durable([vec![Step::Fail("LLMServiceUnavailableError", detail)]]);
    let mut options = bench.options();
    options.llm.base_url = Some("http://me:geheim-geheim@127.0.0.1:1/v1".to_owned());
    let mut bench = bench;
    bench.remote.address = options.llm.address();
    let engine = bench.engine_with(options).await;
    let id = bench.submit(&engine).await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    let failure = finished.failure().unwrap().to_string();
    let told = lines(&engine, id).await.join("\n");
    engine.stop(PATIENCE).await;
    let kept = all_bytes(&bench.root());
    assert!(failure.contains("Connection error") && told.contains("Connection error"), "{failure}\n{told}");
    for form in ["geheim-geheim", "Z2VoZWltLWdlaGVpb"] {
        assert!(
            !failure.contains(form) && !told.contains(form) && !contains(&kept, form),
            "{failure}\n{told}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_words_of_a_server_are_told_without_keys() {
    let bench = Bench::on(Kind::Own, []);
    let words = format!("cannot go on: {{SESSION_API_KEY}} {{OH_SECRET_KEY}} {MODEL_KEY}");
    std::fs::write(bench.host.folder().join("conversations/last_words"), words).unwrap();
    let failure = bench.fails().await;
    assert!(failure.message.ends_with("cannot go on: ********** ********** **********"), "{failure}");
}
