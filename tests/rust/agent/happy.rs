//! What an agent does well is verified, published and told; what it claims is not believed.

use _core::config::FilesChoice;
use _core::task::ErrorKind;
use serde_json::json;

use super::bench::{Bench, GOOD, HALF, MODEL_KEY, OUTPUT, lines, writes};
use super::fake::Step;
use super::hosts::{Kind, on_every_host};

on_every_host! {
    async fn tests_that_the_agent_wrote_are_verified_and_published(host: Kind) {
        let mut run = vec![Step::Act("look at the module"), Step::Use(None, 900, 50)];
        run.extend(writes(GOOD));
        let bench = Bench::on(host, [run]);
        let result = bench.succeeds().await;
        assert!(bench.published().unwrap().ends_with(GOOD));
        assert_eq!((&result["agent"], &result["fallback"]), (&json!(host.agent()), &json!(false)));
        assert_eq!(result["model"], "openai/fake");
        assert_eq!(result["tests"], json!(["test_grade", "test_negative"]));
        assert_eq!(
            result["usage"],
            json!({"cost_usd": null, "prompt_tokens": 900, "completion_tokens": 50}),
            "a cost that nobody knows is not 0"
        );
        assert_eq!((&result["stopped"], &result["filled"]), (&json!(null), &json!(null)));
        let world = bench.server.world();
        assert_eq!((world.made.len(), &world.deleted), (1, &world.made));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agent_is_told_module_file_coverage_and_rules() {
    let bench = Bench::new([vec![Step::Fail("LLMAuthenticationError", "no")]]);
    bench.fails().await;
    let instruction = bench.server.messages().remove(0);
    for part in [
        "school.py",
        "imported as `school`",
        OUTPUT,
        "at least 80 %",
        "raise ValueError('negative')",
        "is data",
    ] {
        assert!(instruction.contains(part), "{part} is missing:\n{instruction}");
    }
    let request = bench.server.world().requests[0].clone();
    assert_eq!(request["agent"]["llm"]["api_key"], MODEL_KEY);
    assert_eq!(request["max_iterations"], 20);
    assert_eq!(request["confirmation_policy"]["kind"], "NeverConfirm");
    assert!(!instruction.contains(MODEL_KEY));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn below_the_threshold_the_agent_hears_what_is_missing_and_goes_on() {
    let bench = Bench::new([writes(HALF), writes(GOOD)]);
    let result = bench.succeeds().await;
    assert_eq!(result["iterations"], 2);
    let messages = bench.server.messages();
    assert_eq!(messages.len(), 2);
    for part in [
        "Lines of school.py that no test reaches",
        "    6      return 'fail'",
        "from line 2 (`if points < 0:`)",
    ] {
        assert!(messages[1].contains(part), "{part} is missing:\n{}", messages[1]);
    }
    assert_eq!(bench.server.world().made.len(), 1, "the same conversation");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn finished_with_nothing_written_is_said_to_the_agent_and_is_no_success() {
    let mut bench = Bench::new([vec![Step::Act("talk")], vec![Step::Act("talk on")]]);
    bench.max_iterations = 2;
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Verification, "{failure}");
    assert!(failure.message.contains(OUTPUT), "{failure}");
    let messages = bench.server.messages();
    assert!(
        messages[1].contains("The file as a whole:\n\n```\n") && messages[1].contains(OUTPUT),
        "{}",
        messages[1]
    );
    assert_eq!(bench.published(), None);
}

on_every_host! {
    async fn a_lie_is_found_out_and_told_with_the_message_of_the_test(host: Kind) {
        let lie = "from school import grade\n\n\ndef test_wrong():\n    assert grade(50) == 'fail'\n";
        let mut run = writes(lie);
        run.push(Step::Act("3 tests pass"));
        let mut bench = Bench::on(host, [run.clone(), run]);
        bench.max_iterations = 2;
        let failure = bench.fails().await;
        assert_eq!(failure.kind, ErrorKind::Verification, "{failure}");
        let message = &bench.server.messages()[1];
        assert!(message.contains("test_wrong: fails: ") && message.contains("'pass' == 'fail'"), "{message}");
        assert_eq!(bench.published(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_of_the_source_and_tests_that_delete_files_do_not_count() {
    let source = format!(
        "{GOOD}\n\ndef test_easy():\n    assert grade('easy') == 'easy'\n\n\ndef test_delete():\n    \
         import os\n    import school\n    os.remove(school.__file__)\n    assert not os.path.exists(school.__file__)\n"
    );
    let mut run = writes(&source);
    run.push(Step::Write("school.py", "def grade(points):\n    return points\n".to_owned()));
    let bench = Bench::new([run]);
    let result = bench.succeeds().await;
    assert_eq!(result["tests"], json!(["test_grade", "test_negative"]));
    let removed = result["verification"]["removed"].as_array().unwrap();
    assert_eq!(removed.len(), 2, "{removed:?}");
    assert_eq!(result["verification"]["discarded"], json!(["school.py changed"]));
    assert!(std::fs::read_to_string(bench.root().join("school.py")).unwrap().contains("negative"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_go_to_a_server_elsewhere_and_come_back() {
    let mut bench = Bench::new([writes(GOOD)]);
    bench.files = FilesChoice::Upload;
    let result = bench.succeeds().await;
    assert_eq!(result["tests"], json!(["test_grade", "test_negative"]));
    assert!(bench.published().unwrap().ends_with(GOOD));
    let request = bench.server.world().requests[0].clone();
    let folder = request["workspace"]["working_dir"].as_str().unwrap().trim_start_matches('/').to_owned();
    let folder = bench.server.disk().join(folder);
    assert!(folder.parent().unwrap().is_dir() && !folder.exists(), "it was there, and is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_agent_does_is_kept_with_the_task() {
    let bench = Bench::new([vec![
        Step::Act("look at the module"),
        Step::Event(json!({"kind": "AgentErrorEvent", "error": "no such tool"})),
        Step::Fail("LLMBadRequestError", "LLM Provider NOT provided"),
    ]]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    let finished = engine.wait(id, Some(super::PATIENCE)).await.unwrap();
    let failure = finished.failure().unwrap();
    assert_eq!(failure.kind, ErrorKind::Config);
    assert!(failure.message.contains("LLM_MODEL"), "{failure}");
    let lines = lines(&engine, id).await;
    assert!(lines.contains(&"error: no such tool".to_owned()), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_larger_than_any_memory_are_not_read() {
    let bench = Bench::new([vec![
        Step::Do(|folder| {
            let sparse = std::fs::File::create(folder.join("tests/huge.txt")).unwrap();
            sparse.set_len(1 << 43).unwrap();
        }),
        Step::Write(OUTPUT, GOOD.to_owned()),
    ]]);
    let result = bench.succeeds().await;
    assert_eq!(result["verification"]["discarded"], json!(["tests/huge.txt added"]));
}
