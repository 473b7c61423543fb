//! Free-form work: what an agent changed is told and may be applied, all or none; nothing that it says is believed.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use _core::config::FilesChoice;
use _core::engine::{ErrandRequest, Finished};
use _core::task::{Context, ErrorKind, Ground, TaskStatus};
use serde_json::{Value, json};

use super::PATIENCE;
use super::bench::{Bench, MODEL_KEY};
use super::fake::{Death, SESSION_KEY, Step};
use super::hosts::Kind;
use crate::sandbox::ground::{python, write_files};

const NOTES: &str = "first\nsecond\n";
const EDITED: &str = "first\nsecond, and more\n";

/// A project with a file to edit and one to delete; an agent that does these runs.
fn bench(apply: bool, runs: impl IntoIterator<Item = Vec<Step>>) -> Bench {
    let mut bench = Bench::new(runs);
    bench.errand = Some(("Create a file named hello.txt", Ground::Project, apply));
    write_files(&bench.root(), &[("docs/notes.md", NOTES), ("old/gone.txt", "old\n")]);
    bench
}

/// Adds a file, edits one, deletes one, and says so.
fn works() -> Vec<Step> {
    vec![
        Step::Act("look around"),
        Step::Write("hello.txt", "Hello\n".to_owned()),
        Step::Write("docs/notes.md", EDITED.to_owned()),
        Step::Do(|folder| std::fs::remove_file(folder.join("old/gone.txt")).unwrap()),
        Step::Use(Some(0.25), 900, 50),
        finish("All 12 tests pass."),
    ]
}

fn finish(message: &str) -> Step {
    let action = json!({"message": message});
    Step::Event(json!({"kind": "ActionEvent", "tool_name": "finish", "action": action}))
}

fn read(root: &Path, path: &str) -> Option<String> {
    std::fs::read_to_string(root.join(path)).ok()
}

/// How files were changed, by their paths.
fn changes(result: &Value) -> Vec<(&str, &str)> {
    let files = result["files"].as_array().unwrap().iter();
    files.map(|file| (file["path"].as_str().unwrap(), file["change"].as_str().unwrap())).collect()
}

/// The failure of a task, and what there is all the same.
fn failed(finished: &Finished) -> (ErrorKind, &str, &Value) {
    assert_eq!(finished.task.status(), TaskStatus::Failed, "{:?}", finished.result);
    let failure = finished.failure().unwrap();
    (failure.kind, &failure.message, finished.result.as_deref().expect("what there is all the same"))
}

const ALL: [(&str, &str); 3] =
    [("docs/notes.md", "modified"), ("hello.txt", "added"), ("old/gone.txt", "deleted")];

/// What becomes of a task when something else changes the project while the agent works.
async fn meanwhile(bench: &Bench, change: impl FnOnce(&Path)) -> Finished {
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    bench.server.until(|world| (world.runs_begun == 1).then_some(())).await;
    change(&bench.root());
    bench.server.let_go();
    engine.wait(id, Some(PATIENCE)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_is_told_with_a_patch_and_the_project_stays_as_it_is() {
    let bench = bench(false, [works()]);
    let result = bench.succeeds().await;
    assert_eq!(changes(&result), ALL);
    let patch = result["patch"].as_str().unwrap();
    for part in
        ["+Hello", "-second\n+second, and more\n", "deleted file", "--- a/docs/notes.md\n+++ b/docs/notes.md"]
    {
        assert!(patch.contains(part), "{part} is missing:\n{patch}");
    }
    assert_eq!(result["message"], "All 12 tests pass.", "quoted");
    assert_eq!((&result["verified"], &result["applied"]), (&json!(false), &json!(false)), "and not believed");
    assert_eq!((&result["agent"], &result["model"]), (&json!("server"), &json!("openai/fake")));
    assert_eq!((&result["left_out"], &result["stopped"]), (&json!([]), &json!(null)));
    assert_eq!(result["usage"], json!({"cost_usd": 0.25, "prompt_tokens": 900, "completion_tokens": 50}));
    assert_eq!(read(&bench.root(), "hello.txt"), None);
    assert_eq!(read(&bench.root(), "docs/notes.md").unwrap(), NOTES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agent_is_told_folder_rules_and_task() {
    let bench = bench(false, [vec![Step::Fail("LLMAuthenticationError", "no")]]);
    let failure = bench.fails().await;
    assert_eq!(failure.kind, ErrorKind::Authentication, "{failure}");
    let instruction = bench.server.messages().remove(0);
    for part in ["a copy of a project", "The task:\n\nCreate a file named hello.txt\n", ".attempts"] {
        assert!(instruction.contains(part), "{part} is missing:\n{instruction}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_it_is_asked_for_all_changes_reach_the_project() {
    let mut run = works();
    run.insert(
        1,
        Step::Do(|folder| {
            std::fs::write(folder.join("logo.png"), [0, 159, 146, 150]).unwrap();
            write_files(folder, &[("bin/run", "#!/bin/sh\n")]);
            std::fs::set_permissions(folder.join("bin/run"), std::fs::Permissions::from_mode(0o755)).unwrap();
        }),
    );
    let bench = bench(true, [run]);
    let root = bench.root();
    std::fs::set_permissions(root.join("docs/notes.md"), std::fs::Permissions::from_mode(0o640)).unwrap();
    let result = bench.succeeds().await;
    assert_eq!(result["applied"], true);
    assert_eq!(read(&root, "hello.txt").unwrap(), "Hello\n");
    assert_eq!(read(&root, "docs/notes.md").unwrap(), EDITED);
    assert_eq!(read(&root, "old/gone.txt"), None);
    assert_eq!(std::fs::read(root.join("logo.png")).unwrap(), [0, 159, 146, 150]);
    let mode = |path: &str| std::fs::metadata(root.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("docs/notes.md"), mode("bin/run") & 0o100), (0o640, 0o100));
    let logo = result["files"].as_array().unwrap().iter().find(|file| file["path"] == "logo.png").unwrap();
    assert_eq!((&logo["binary"], &logo["in_patch"]), (&json!(true), &json!(false)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_applied_where_a_file_was_changed_meanwhile() {
    let mut run = works();
    run.insert(0, Step::Wait);
    let bench = bench(true, [run]);
    let finished = meanwhile(&bench, |root| {
        write_files(root, &[("docs/notes.md", "mine\n")]);
    })
    .await;
    let (kind, message, result) = failed(&finished);
    assert_eq!(kind, ErrorKind::Config);
    assert!(
        message.starts_with("nothing was applied: docs/notes.md is not as the agent found it"),
        "{message}"
    );
    assert_eq!((changes(result), &result["applied"]), (ALL.to_vec(), &json!(false)));
    assert_eq!(read(&bench.root(), "docs/notes.md").unwrap(), "mine\n");
    assert_eq!(read(&bench.root(), "hello.txt"), None, "not the others either");
    bench.nothing_is_left(&finished.task);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_already_as_it_is_to_be_hinders_nothing() {
    let mut run = works();
    run.insert(0, Step::Wait);
    let bench = bench(true, [run]);
    let finished = meanwhile(&bench, |root| {
        // As an attempt leaves it that was killed half-way.
        write_files(root, &[("docs/notes.md", EDITED)]);
        std::fs::remove_file(root.join("old/gone.txt")).unwrap();
    })
    .await;
    assert!(finished.is_success(), "{:?}", finished.failure());
    assert_eq!(read(&bench.root(), "hello.txt").unwrap(), "Hello\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_of_one_change_stops_all() {
    let mut run = works();
    run.insert(0, Step::Wait);
    let bench = bench(true, [run]);
    let finished = meanwhile(&bench, |root| {
        std::fs::remove_file(root.join("old/gone.txt")).unwrap();
        std::fs::create_dir(root.join("old/gone.txt")).unwrap();
    })
    .await;
    let (_, message, _) = failed(&finished);
    assert!(message.contains("old/gone.txt is no plain file in the project"), "{message}");
    assert_eq!(read(&bench.root(), "hello.txt"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_never_taken_and_version_control_is_left_alone() {
    let run = || {
        vec![
            Step::Write("hello.txt", "Hello\n".to_owned()),
            Step::Write(".git/hooks/pre-commit", "#!/bin/sh\n".to_owned()),
            Step::Do(|folder| symlink("/etc/passwd", folder.join("users.txt")).unwrap()),
        ]
    };
    let kept = bench(false, [run()]);
    let result = kept.succeeds().await;
    assert_eq!(changes(&result), [("hello.txt", "added"), ("users.txt", "added")]);
    assert_eq!(result["left_out"], json!([{"name": "users.txt", "reason": "is a symbolic link"}]));
    assert!(!result.to_string().contains("root:"), "{result:#}");

    let applied = bench(true, [run()]);
    let finished = applied.run().await;
    let (_, message, _) = failed(&finished);
    assert!(message.starts_with("nothing was applied: users.txt is a symbolic link"), "{message}");
    assert_eq!(read(&applied.root(), "hello.txt"), None);
    assert!(!applied.root().join(".git").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_of_the_project_leads_no_change_elsewhere() {
    let run = vec![Step::Do(|folder| {
        std::fs::remove_file(folder.join("docs/notes.md")).unwrap();
        std::fs::remove_dir(folder.join("docs")).unwrap();
        write_files(folder, &[("docs/new.md", "new\n")]);
    })];
    let mut steps = run;
    steps.insert(0, Step::Wait);
    let bench = bench(true, [steps]);
    let elsewhere = tempfile::tempdir().unwrap();
    let finished = meanwhile(&bench, |root| {
        std::fs::remove_dir_all(root.join("docs")).unwrap();
        symlink(elsewhere.path(), root.join("docs")).unwrap();
    })
    .await;
    let (_, message, _) = failed(&finished);
    assert!(message.contains("is a symbolic link in the project, or lies behind one"), "{message}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_workspace_has_nothing_of_the_project() {
    let run = vec![
        Step::Do(|folder| assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0)),
        Step::Write("hello.txt", "Hello\n".to_owned()),
    ];
    let mut bench = bench(true, [run]);
    bench.errand = Some(("Create a file named hello.txt", Ground::Empty, true));
    let result = bench.succeeds().await;
    assert_eq!(changes(&result), [("hello.txt", "added")]);
    assert_eq!((&result["workspace"], &result["message"]), (&json!("empty"), &json!(null)));
    assert_eq!(read(&bench.root(), "hello.txt").unwrap(), "Hello\n");
    assert!(read(&bench.root(), "docs/notes.md").is_some());
    assert!(bench.server.messages()[0].contains("It is empty, yours to fill"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_come_back_from_a_server_elsewhere() {
    let mut run = works();
    run.push(Step::Do(|folder| {
        write_files(folder, &[("new folder/it's\n.txt", "odd\n"), (".git/config", "of the server's making")]);
        symlink("/etc/passwd", folder.join("users.txt")).unwrap();
    }));
    let mut bench = bench(true, [run]);
    bench.files = FilesChoice::Upload;
    let result = bench.succeeds().await;
    let mut expected = ALL.to_vec();
    expected.insert(2, ("new folder/it's\n.txt", "added"));
    assert_eq!(changes(&result), expected, "links do not come");
    assert_eq!(read(&bench.root(), "new folder/it's\n.txt").unwrap(), "odd\n");
    assert_eq!(read(&bench.root(), "docs/notes.md").unwrap(), EDITED);
    assert_eq!(read(&bench.root(), "old/gone.txt"), None);
    let left = std::fs::read_dir(bench.server.disk().join("tmp/openhands-testgen")).unwrap().count();
    assert_eq!(left, 0, "nothing is left on the server");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_changes_nothing_is_an_answer() {
    let content = json!([{"type": "text", "text": "There are two files."}]);
    let says = json!({"kind": "MessageEvent", "source": "agent", "llm_message": {"role": "assistant", "content": content}});
    let result = bench(true, [vec![Step::Event(says)]]).succeeds().await;
    assert_eq!(result["message"], "There are two files.");
    assert_eq!((&result["files"], &result["patch"]), (&json!([]), &json!("")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_taken_out_of_what_was_written_and_said() {
    let mut bench = bench(
        true,
        [vec![
            Step::Write("config.py", format!("KEY = '{MODEL_KEY}'\n")),
            Step::Do(|folder| {
                let bytes = [b"\xff\0", MODEL_KEY.as_bytes()].concat();
                std::fs::write(folder.join("cache.bin"), bytes).unwrap();
                std::fs::write(folder.join(format!("for {SESSION_KEY}.md")), "notes").unwrap();
            }),
            finish(&format!("I used {MODEL_KEY}")),
        ]],
    );
    bench.errand = Some(("Do it", Ground::Project, false));
    let result = bench.succeeds().await;
    assert!(!result.to_string().contains(MODEL_KEY), "{result:#}");
    assert_eq!(changes(&result), [("config.py", "added")]);
    let named = |index: usize| result["left_out"][index]["name"].as_str().unwrap();
    assert_eq!((named(0), named(1)), ("cache.bin", "for **********.md"));
    assert!(!result.to_string().contains(SESSION_KEY), "{result:#}");
    assert!(result["patch"].as_str().unwrap().contains("+KEY = '**********'"), "{result:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_of_a_server_of_ours_are_taken_out_too() {
    let mut bench = Bench::on(Kind::Own, [vec![Step::Wait]]);
    bench.errand = Some(("Do it", Ground::Project, false));
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    let folder =
        bench.server.until(|world| world.conversations.values().next().map(|it| it.folder.clone())).await;
    let folder = bench.server.disk().join(folder.strip_prefix("/").unwrap());
    std::fs::copy(bench.host.folder().join("keys"), folder.join("keys.txt")).unwrap();
    bench.server.let_go();
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    let result = finished.result.clone().unwrap();
    assert!(result["patch"].as_str().unwrap().ends_with("+**********\n+**********\n"), "{result:#}");
    bench.stop(engine).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_limit_what_is_there_is_told_and_not_applied() {
    let mut run = works();
    run.truncate(4);
    run.extend([Step::Use(None, 1000, 0), Step::Drip]);
    let mut bench = bench(true, [run]);
    bench.remote.max_tokens = Some(1000);
    let finished = bench.run().await;
    let (kind, message, result) = failed(&finished);
    assert_eq!(kind, ErrorKind::Budget);
    assert!(message.contains("OPENHANDS_MAX_TOKENS"), "{message}");
    assert_eq!((changes(result), &result["applied"]), (ALL.to_vec(), &json!(false)));
    assert_eq!(result["stopped"]["error_kind"], "budget");
    assert_eq!(read(&bench.root(), "hello.txt"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_task_leaves_nothing() {
    let bench = bench(true, [vec![Step::Write("hello.txt", String::new()), Step::Act("begin"), Step::Hang]]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    bench.server.until(|world| world.made.first().cloned()).await;
    let task = engine.cancel(id).await.unwrap();
    assert_eq!(task.status(), TaskStatus::Cancelled);
    assert_eq!(read(&bench.root(), "hello.txt"), None);
    assert_eq!(bench.server.world().interrupted.len(), 1);
    bench.nothing_is_left(&task);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fresh_conversation_begins_with_a_fresh_workspace() {
    let stuck = vec![
        Step::Write("half.txt", "half\n".to_owned()),
        Step::Write("docs/notes.md", "half\n".to_owned()),
        Step::GetStuck,
    ];
    for files in [FilesChoice::Shared, FilesChoice::Upload] {
        let mut bench = bench(false, [stuck.clone(), works()]);
        bench.files = files;
        let result = bench.succeeds().await;
        assert_eq!(changes(&result), ALL, "{files:?}");
        assert_eq!(bench.server.world().made.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_limit_is_waited_for_and_the_same_conversation_goes_on() {
    let first = vec![
        Step::Write("early.txt", "early\n".to_owned()),
        Step::Fail("LLMRateLimitError", "Rate limit reached. Please try again in 0.01s"),
    ];
    let mut bench = bench(false, [first, vec![Step::Write("late.txt", "late\n".to_owned())]]);
    bench.max_retries = 1;
    let finished = bench.run().await;
    assert_eq!(finished.task.retries, 1);
    let result = finished.result.unwrap();
    assert_eq!(changes(&result), [("early.txt", "added"), ("late.txt", "added")]);
    assert_eq!(bench.server.world().made.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_follows_goes_on_with_conversation_and_workspace() {
    for files in [FilesChoice::Shared, FilesChoice::Upload] {
        let first = vec![Step::Write("early.txt", "early\n".to_owned()), Step::Act("begin"), Step::Wait];
        let mut bench = Bench::durable([[first, works()].concat()]);
        (bench.errand, bench.files) = (Some(("Do it", Ground::Project, true)), files);
        write_files(&bench.root(), &[("docs/notes.md", NOTES), ("old/gone.txt", "old\n")]);
        let engine = bench.engine().await;
        let id = bench.submit(&engine).await;
        bench
            .server
            .until(|world| (!world.made.is_empty() && world.only().events.len() > 1).then_some(()))
            .await;
        engine.stop(Duration::ZERO).await;
        bench.server.let_go();
        bench.server.until(|world| (world.only().status == "finished").then_some(())).await;
        let engine = bench.engine().await;
        let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
        assert!(finished.is_success(), "{:?}", finished.failure());
        assert_eq!(changes(finished.result.as_deref().unwrap()).len(), 4);
        assert_eq!(read(&bench.root(), "early.txt").unwrap(), "early\n");
        let world = bench.server.world();
        assert_eq!((world.made.len(), world.runs_begun), (1, 1));
        drop(world);
        bench.nothing_is_left(&finished.task);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_killed_goes_on_when_it_is_back() {
    let first = vec![Step::Write("early.txt", "early\n".to_owned()), Step::Hang];
    let mut bench = bench(false, [first, works()]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    bench.server.until(|world| (world.runs_begun == 1).then_some(())).await;
    bench.server.die(Death::Killed);
    bench.server.come_back();
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert!(finished.is_success(), "{:?}", finished.failure());
    assert_eq!(bench.server.world().made.len(), 1);
    bench.nothing_is_left(&finished.task);
}

#[test]
fn the_embedded_agent_refuses_it_at_submission() {
    let context = Arc::new(Context {
        project_root: "/project".into(),
        python: python(),
        workspace_root: "/project/openhands_workspace".into(),
        agent: "local".to_owned(),
        require_sandbox: false,
        min_mutation_score: 0,
        travel: _core::task::Travel::Shared,
        remote: None,
        chat: None,
    });
    let request = ErrandRequest { instruction: "Tidy up".to_owned(), ..ErrandRequest::default() };
    let refused = request.into_work(&context).unwrap_err().to_string();
    assert!(refused.contains("agent") && refused.contains("OPENHANDS_SERVER_URL"), "{refused}");
    for (instruction, says) in [("  \n", "is empty"), ("a\0b", "NUL"), (&*"x".repeat(40_000), "40000 bytes")]
    {
        let request = ErrandRequest { instruction: instruction.to_owned(), ..ErrandRequest::default() };
        let refused = request.into_work(&context).unwrap_err().to_string();
        assert!(refused.contains("instruction") && refused.contains(says), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_models_fared_is_kept_with_the_store() {
    let mut bench = bench(
        false,
        [
            vec![Step::Use(Some(0.5), 10, 1), Step::Fail("LLMRateLimitError", "Rate limit reached")],
            works(),
            vec![Step::Use(Some(0.125), 10, 1), Step::Fail("LLMAuthenticationError", "no")],
        ],
    );
    bench.remote.models = ["openai/first", "openai/second"].map(str::to_owned).into();
    let engine = bench.engine().await;
    for _ in 0..2 {
        let id = bench.submit(&engine).await;
        engine.wait(id, Some(PATIENCE)).await.unwrap();
    }
    let models = serde_json::to_value(engine.stats().await.unwrap().models).unwrap();
    let figures = |runs, successes, rate_limits, cost| json!({"runs": runs, "successes": successes, "rate_limits": rate_limits, "cost_usd": cost});
    assert_eq!(models["openai/first"], figures(2, 0, 1, 0.625));
    assert_eq!(models["openai/second"], figures(1, 1, 0, 0.25));
}
