//! The background task service as its users knew it: its routes, and the flows of its document as they stand there.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use _core::access::Role;
use _core::kinds::DocumentsHandler;
use _core::task::{Kind, Lane};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use super::served::{PATIENCE, Place, Reply, Served};
use crate::sandbox::ground::probe;

/// The project of the document.
const PROJECT: &str = "123e4567-e89b-12d3-a456-426614174000";

/// A service that works on documents.
async fn served(asks_for_keys: bool) -> Served {
    Served::open(Place::Memory, asks_for_keys, |options| {
        let handler = Arc::new(DocumentsHandler::new(probe()));
        [Kind::GenerateTestCases, Kind::CoverageAnalysis]
            .iter()
            .fold(options, |options, kind| options.with_pool(Lane::of_kind(kind), 1, handler.clone()))
    })
    .await
}

/// Puts a document into the artifacts of a project.
fn put(served: &Served, name: &str, text: &str) {
    let folder = served.settings().workspace_root.join("projects").join(PROJECT).join("artifacts");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

/// What a program prints, which ends well; `None`, said aloud, where the machine has no such program. With `CI` set
/// that is a failure.
async fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = match tokio::time::timeout(PATIENCE, command.output()).await.expect("the program ends") {
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("NOT TESTED with {program}: {error}");
            return None;
        }
        output => output.unwrap_or_else(|error| panic!("{program} cannot be run: {error}")),
    };
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program}: {}{}", text(&output.stdout), text(&output.stderr));
    Some(text(&output.stdout))
}

/// A request by curl as the document writes it.
async fn curl(served: &Served, more: &[&str], path: &str) -> Option<Value> {
    let (url, token) = (served.url(path), format!("Authorization: Bearer {}", served.token.reveal()));
    let mut arguments = vec!["--silent", "--show-error", "--fail-with-body", "--noproxy", "*"];
    arguments.extend(["--header", &token]);
    arguments.extend(more);
    arguments.push(&url);
    Some(serde_json::from_str(&printed("curl", &arguments).await?).unwrap())
}

const POST_JSON: [&str; 5] = ["--request", "POST", "--header", "Content-Type: application/json", "--data"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_requests_of_the_document_do_what_it_says() {
    let served = served(false).await;
    put(&served, "requirement.md", "REQ-001: User shall be able to login... (Priority: High)");
    let order = json!({
        "rtm_content": "REQ-001: User shall be able to login...",
        "project_id": PROJECT,
        "generation_options": {"include_negative_tests": true, "test_framework": "pytest"},
    });
    let order = order.to_string();
    let asked = [&POST_JSON[..], &[&order]].concat();
    let Some(task) = curl(&served, &asked, "/api/v1/tasks/generate-test-cases").await else {
        served.end().await;
        return;
    };
    assert_eq!((&task["status"], &task["project_id"]), (&json!("pending"), &json!(PROJECT)));
    let id = task["task_id"].as_str().unwrap();
    served.ended(id).await;

    let task = curl(&served, &[], &format!("/api/v1/tasks/{id}")).await.unwrap();
    assert_eq!((&task["status"], &task["error"]), (&json!("completed"), &json!(null)), "{task}");
    assert_eq!(task["result"]["generated_files"], json!(["test_cases/test_req_001.py"]));
    assert_eq!(task["result"]["total_count"], json!(2));
    let all_done = json!({"current_step": "completed", "total_steps": 4, "percentage": 100});
    assert_eq!(task["progress"], all_done);

    let order = json!({"project_id": PROJECT}).to_string();
    let asked = [&POST_JSON[..], &[&order]].concat();
    let coverage = curl(&served, &asked, "/api/v1/bot/coverage-test").await.unwrap();
    let analysis = served.ended(coverage["task_id"].as_str().unwrap()).await;
    let counts = &analysis["result"]["coverage_analysis"]["requirement_coverage"];
    assert_eq!(
        (&analysis["task_type"], &counts["total_requirements"]),
        (&json!("coverage_analysis"), &json!(1))
    );
    assert_eq!(curl(&served, &asked, "/bot/coverage-test-sync/").await.unwrap(), analysis["result"]);

    let all = curl(&served, &[], "/api/v1/tasks/").await.unwrap();
    let some = curl(&served, &[], "/api/v1/tasks/?task_type=generate_test_cases").await.unwrap();
    assert_eq!((&all["total"], &some["total"], &some["tasks"][0]), (&json!(3), &json!(1), &task));
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_script_of_the_document_runs_in_a_page_of_the_service() {
    let served = served(false).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rust/server/seed.mjs");

    let url = served.url("");
    if let Some(text) = printed("node", &[script.to_str().unwrap(), &url, PROJECT]).await {
        assert!(text.starts_with("Task completed!") && text.contains("test_cases/test_req_001.py"), "{text}");
    }
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_a_coverage_test_is_told_that_it_is_deprecated() {
    let served = served(false).await;
    let order = json!({"project_id": PROJECT});

    let reply = served.post("/api/v1/bot/coverage-test-sync", &order).await;

    assert_eq!(reply.status, 422, "{reply:?}");
    assert!(reply.detail().contains("requirement"), "what is missing is named: {reply:?}");
    assert_eq!(reply.headers["deprecation"], "@1756684800");
    assert_eq!(reply.headers["link"], "</api/v1/bot/coverage-test>; rel=\"successor-version\"");
    let described: Value = serde_json::from_str(&_core::server::document()).unwrap();
    assert_eq!(described["paths"]["/api/v1/bot/coverage-test-sync"]["post"]["deprecated"], true);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_of_one_kind_takes_the_fields_of_that_kind_alone() {
    let served = Served::with_keys(Place::Memory).await;
    let reader = served.key("ada", Role::ReadOnly).await;
    for (path, body, field) in [
        ("/tasks/generate-test-cases", json!({}), "project_id"),
        ("/tasks/generate-test-cases", json!({"project_id": "a/../b"}), "project_id"),
        ("/tasks/generate-test-cases", json!({"project_id": "shop", "priority": "low"}), "priority"),
        ("/tasks/generate-test-cases", json!({"project_id": "shop", "rtm_content": 3}), "rtm_content"),
        (
            "/tasks/generate-test-cases/",
            json!({"project_id": "shop", "generation_options": {"test_framework": "unittest"}}),
            "generation_options.test_framework",
        ),
        ("/tasks/coverage-analysis", json!({"project_id": "shop", "file_path": "../a.py"}), "file_path"),
        (
            "/api/v1/tasks/coverage-analysis/",
            json!({"project_id": "shop", "analysis_options": {"min_coverage_threshold": 101}}),
            "analysis_options.min_coverage_threshold",
        ),
        ("/bot/coverage-test", json!({"project_id": "shop", "file_path": "a.py"}), "file_path"),
        ("/bot/coverage-test-sync", json!({"project_id": null}), "project_id"),
    ] {
        let reply = served.post(path, &body).await;
        assert_eq!((reply.status, &reply.json["field"]), (422, &json!(field)), "{path}: {reply:?}");
        assert!(reply.detail().starts_with(field), "{reply:?}");
        let reading = served.anonymous(Method::POST, path).bearer_auth(reader.reveal()).json(&body);
        assert_eq!(Reply::of(reading.send().await.unwrap()).await.status, 403, "{path}");
    }
    assert_eq!(served.get("/tasks").await.json["total"], 0);
    served.end().await;
}
