//! No key is found in anything that is kept, told or written.

use super::PATIENCE;
use super::bench::{Bench, GOOD, MODEL_KEY, OUTPUT, all_bytes, lines};
use super::fake::{SESSION_KEY, Step};

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
