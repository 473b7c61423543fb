//! The tools of an agent over HTTP, message by message.

use _core::access::{Role, Secret};
use _core::store::StoreLocation;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::served::{Place, Reply, Served};

on_both_stores! {
    the_tools_say_what_they_take_answer_and_do,
    a_task_is_submitted_looked_at_listed_and_cancelled,
    nothing_waits_for_a_task_that_runs,
    what_a_task_left_is_told_with_its_text,
    a_refusal_names_the_field_the_value_and_the_remedy,
    the_same_key_answers_the_same_task,
    a_key_that_only_reads_submits_and_cancels_nothing,
    someone_elses_task_is_one_that_is_not_there,
    what_is_no_call_is_an_error_of_the_protocol,
    a_body_has_the_limits_of_all_bodies,
    nobody_comes_in_who_may_not,
    a_restart_breaks_no_client,
}

/// What clients of the protocol send with each message.
fn message(served: &Served, key: &Secret) -> RequestBuilder {
    let request = served.anonymous(Method::POST, "/mcp").bearer_auth(key.reveal());
    request.header("Accept", "application/json, text/event-stream")
}

async fn ask_as(served: &Served, key: &Secret, method: &str, params: Value) -> Value {
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let reply = Reply::of(message(served, key).json(&body).send().await.unwrap()).await;
    assert_eq!((reply.status, &reply.json["id"]), (200, &json!(7)), "{reply:?}");
    reply.json
}

async fn call_as(served: &Served, key: &Secret, tool: &str, arguments: Value) -> Value {
    let answer = ask_as(served, key, "tools/call", json!({"name": tool, "arguments": arguments})).await;
    answer["result"].clone()
}

async fn call(served: &Served, tool: &str, arguments: Value) -> Value {
    call_as(served, &served.token, tool, arguments).await
}

fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}"))
}

/// What a tool could not do.
fn refusal(result: &Value) -> &str {
    assert_eq!(result["isError"], true, "{result}");
    text(result)
}

/// A task that nobody here runs: it stays pending.
async fn submitted(served: &Served, key: &Secret) -> String {
    let result = call_as(served, key, "submit_test_generation", json!({"module_path": "src/a.py"})).await;
    assert_eq!(result["isError"], false, "{result}");
    result["structuredContent"]["task_id"].as_str().unwrap().to_owned()
}

async fn the_tools_say_what_they_take_answer_and_do(place: Place) {
    let served = Served::local(place).await;
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let welcome = ask_as(&served, &served.token, "initialize", hello).await;
    assert_eq!(welcome["result"]["protocolVersion"], "2025-06-18", "{welcome}");
    assert_eq!(welcome["result"]["serverInfo"]["name"], "openhands-testgen");

    let listed = ask_as(&served, &served.token, "tools/list", json!({})).await;
    let tools = listed["result"]["tools"].as_array().unwrap();
    for tool in tools {
        let name = tool["name"].as_str().unwrap();
        for said in ["title", "description"] {
            assert!(tool[said].as_str().is_some_and(|said| !said.is_empty()), "{name}: {said}");
        }
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{name}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{name}");
        let hints = &tool["annotations"];
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(hints[hint].is_boolean(), "{name}: {hint}");
        }
        let submits = name.starts_with("submit_");
        assert_eq!(hints["readOnlyHint"], !submits && name != "cancel_task", "{name}");
        assert!(
            !submits || tool["description"].as_str().unwrap().contains("do not poll in the same turn"),
            "{name}"
        );
    }
    served.end().await;
}

async fn a_task_is_submitted_looked_at_listed_and_cancelled(place: Place) {
    let served = Served::local(place).await;
    let arguments = json!({"module_path": "src/a.py", "coverage_threshold": 90, "priority": "low", "timeout_seconds": 9.5});
    let result = call(&served, "submit_test_generation", arguments).await;
    let task = &result["structuredContent"];
    let id = task["task_id"].as_str().unwrap();
    assert_eq!((&task["status"], &task["poll_after_ms"]), (&json!("pending"), &json!(5000)), "{result}");
    assert_eq!(task["metadata"]["coverage_threshold"], 90);
    assert!(text(&result).contains(id) && text(&result).contains("stop here"), "{result}");

    // The same task as the service shows it.
    let shown = served.get(&format!("/api/v1/tasks/{id}")).await.json;
    assert_eq!((&shown["priority"], &shown["user_id"]), (&json!(3), &task["user_id"]));

    for tool in ["get_task_status", "get_task_result"] {
        let result = call(&served, tool, json!({"task_id": id})).await;
        assert_eq!(result["structuredContent"]["status"], "pending", "{result}");
        assert!(text(&result).contains("Ask again, not before 5 s from now"), "{result}");
    }
    let listed =
        call(&served, "list_tasks", json!({"status": "pending", "task_type": "generate_tests"})).await;
    assert_eq!(listed["structuredContent"]["total"], 1);
    assert_eq!(listed["structuredContent"]["tasks"][0]["task_id"], id);
    assert!(text(&listed).contains(&format!("{id} pending generate_tests, src/a.py")), "{listed}");

    let ended = call(&served, "cancel_task", json!({"task_id": id})).await;
    let ended = &ended["structuredContent"];
    assert_eq!((&ended["status"], &ended["poll_after_ms"]), (&json!("cancelled"), &Value::Null));
    let again = call(&served, "cancel_task", json!({"task_id": id})).await;
    assert!(refusal(&again).contains("is cancelled already: nothing is left to cancel"), "{again}");
    served.end().await;
}

async fn nothing_waits_for_a_task_that_runs(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true})).await;
    served.runs(&id).await;
    for tool in ["get_task_status", "get_task_result"] {
        let result = call(&served, tool, json!({"task_id": id})).await;
        let task = &result["structuredContent"];
        assert_eq!((&task["status"], &task["result"]), (&json!("running"), &Value::Null), "{result}");
        assert_eq!(task["poll_after_ms"], 2000);
    }
    let result = call(&served, "cancel_task", json!({"task_id": id})).await;
    assert_eq!(result["isError"], false, "{result}");
    assert_eq!(served.ended(&id).await["status"], "cancelled");
    served.end().await;
}

async fn what_a_task_left_is_told_with_its_text(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"say": "hello"})).await;
    served.ended(&id).await;
    let result = call(&served, "get_task_result", json!({"task_id": id})).await;
    let task = &result["structuredContent"];
    assert_eq!((&task["status"], &task["result"]), (&json!("completed"), &json!({"said": "hello"})));
    assert!(text(&result).contains("\"said\": \"hello\""), "{result}");
    // A listing and a status leave out what may be long.
    let status = call(&served, "get_task_status", json!({"task_id": id})).await;
    assert_eq!(status["structuredContent"]["result"], Value::Null);

    let id = served.submit(json!({"fails": true})).await;
    served.ended(&id).await;
    let result = call(&served, "get_task_result", json!({"task_id": id})).await;
    assert_eq!(result["structuredContent"]["error"], "as it was told");
    assert_eq!(result["isError"], false, "the call did what it should: {result}");
    assert!(text(&result).contains("failed (refused): as it was told"), "{result}");
    served.end().await;
}

async fn a_refusal_names_the_field_the_value_and_the_remedy(place: Place) {
    let served = Served::local(place).await;
    let with = |name: &str, value: Value| {
        let mut arguments = json!({"module_path": "src/a.py"});
        arguments[name] = value;
        arguments
    };
    for (arguments, says) in [
        (json!({}), "module_path: is missing: send a text"),
        (json!({"modul_path": "src/a.py"}), "modul_path: is unknown: module_path, output_path"),
        (with("module_path", json!(3)), "module_path: must be a text of at most 4096 characters, not 3"),
        (with("module_path", json!("../a.py")), "module_path: "),
        (with("module_path", json!("src/\u{0}.py")), "contains a NUL character: leave it out"),
        (
            with("module_path", json!("x".repeat(900_000))),
            "module_path: must be a text of at most 4096 characters, not \"xxx",
        ),
        (with("output_path", json!("src/a.py")), "output_path: \"src/a.py\" is the module itself"),
        (with("coverage_threshold", json!(101)), "must be a whole number from 0 to 100, not 101"),
        (with("coverage_threshold", json!(99.5)), "must be a whole number from 0 to 100, not 99.5"),
        (with("max_iterations", json!(0)), "must be a whole number from 1 to 20, not 0"),
        (with("overwrite", json!("yes")), "overwrite: must be true or false, not \"yes\""),
        (
            with("priority", json!("urgent")),
            "priority: must be one of critical, high, normal, low, not \"urgent\"",
        ),
        (with("timeout_seconds", json!(0)), "timeout_seconds: must be a number of seconds"),
        (
            with("idempotency_key", json!("a\nb")),
            "idempotency_key: \"a\\nb\" has control characters: leave them out",
        ),
    ] {
        let result = call(&served, "submit_test_generation", arguments.clone()).await;
        assert!(refusal(&result).contains(says), "{says}: {result}");
    }
    for (arguments, says) in [
        (json!({"status": "queued"}), "status: must be one of pending, running"),
        (json!({"task_type": "No Kind"}), "is no name of a kind"),
        (json!({"limit": 0}), "limit: must be a whole number from 1 to 100, not 0"),
        (json!({"cursor": "there"}), "cursor: is not the next_cursor of a page"),
    ] {
        let result = call(&served, "list_tasks", arguments).await;
        assert!(refusal(&result).contains(says), "{says}: {result}");
    }
    for id in ["0199a1c4-7d3e-7000-8000-0123456789ab", "1", "../..", "'; drop table task; --"] {
        for tool in ["get_task_status", "get_task_result", "cancel_task"] {
            let result = call(&served, tool, json!({"task_id": id})).await;
            assert!(refusal(&result).starts_with(&format!("task {id} not found")), "{tool}: {result}");
        }
    }
    assert_eq!(served.get("/api/v1/tasks").await.json["total"], 0);
    served.end().await;
}

async fn the_same_key_answers_the_same_task(place: Place) {
    let served = Served::local(place).await;
    let arguments = json!({"module_path": "src/a.py", "idempotency_key": "the same"});
    let first = call(&served, "submit_test_generation", arguments.clone()).await;
    let second = call(&served, "submit_test_generation", arguments).await;
    assert_eq!(first["structuredContent"]["task_id"], second["structuredContent"]["task_id"]);
    let other = json!({"module_path": "src/b.py", "idempotency_key": "the same"});
    let other = call(&served, "submit_test_generation", other).await;
    assert!(refusal(&other).contains("idempotency_key"), "{other}");
    served.end().await;
}

async fn a_key_that_only_reads_submits_and_cancels_nothing(place: Place) {
    let served = Served::with_keys(place).await;
    let reader = served.key("ada", Role::ReadOnly).await;
    let id = submitted(&served, &served.token).await;
    for (tool, arguments) in [
        ("submit_test_generation", json!({"module_path": "src/a.py"})),
        ("cancel_task", json!({"task_id": id})),
    ] {
        let result = call_as(&served, &reader, tool, arguments).await;
        assert_eq!(refusal(&result), "the key only reads: ask for one with the role `user`", "{tool}");
    }
    let seen = call_as(&served, &reader, "get_task_status", json!({"task_id": id})).await;
    assert_eq!(seen["structuredContent"]["status"], "pending", "{seen}");
    served.end().await;
}

async fn someone_elses_task_is_one_that_is_not_there(place: Place) {
    let served = Served::with_keys(place).await;
    let bob = served.key("bob", Role::Admin).await;
    let id = submitted(&served, &bob).await;
    let never = "0199a1c4-7d3e-7000-8000-0123456789ab";
    for tool in ["get_task_status", "get_task_result", "cancel_task"] {
        let foreign = call(&served, tool, json!({"task_id": id})).await;
        let unknown = call(&served, tool, json!({"task_id": never})).await;
        assert_eq!(refusal(&foreign).replace(&id, ""), refusal(&unknown).replace(never, ""), "{tool}");
    }
    let listed = call(&served, "list_tasks", json!({})).await;
    assert_eq!((&listed["structuredContent"]["total"], text(&listed).contains(&id)), (&json!(0), false));
    let own = call_as(&served, &bob, "list_tasks", json!({})).await;
    assert_eq!(own["structuredContent"]["tasks"][0]["status"], "pending");
    served.end().await;
}

async fn what_is_no_call_is_an_error_of_the_protocol(place: Place) {
    let served = Served::local(place).await;
    for (method, params, code, says) in [
        (
            "tools/call",
            json!({"name": "frobnicate", "arguments": {}}),
            -32602,
            "unknown tool \"frobnicate\": there are submit_test_generation",
        ),
        ("tools/call", json!({"name": "list_tasks", "arguments": [1]}), -32602, "the params of tools/call"),
        ("tools/call", json!({"arguments": {}}), -32602, "the params of tools/call"),
        ("tools/call", json!({"name": 3}), -32602, "the params of tools/call"),
        ("frobnicate", json!({}), -32601, "method \"frobnicate\" is not served"),
        ("resources/read", json!({"uri": "file:///etc/passwd"}), -32601, "resources/read"),
    ] {
        let answer = ask_as(&served, &served.token, method, params).await;
        assert_eq!(answer["error"]["code"], code, "{method}: {answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(says), "{says}: {answer}");
    }
    let hello = json!({"protocolVersion": "1066-10-14", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let welcome = ask_as(&served, &served.token, "initialize", hello).await;
    assert_eq!(welcome["result"]["protocolVersion"], "2025-11-25", "the client decides: {welcome}");
    served.end().await;
}

async fn a_body_has_the_limits_of_all_bodies(place: Place) {
    let served = Served::local(place).await;
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(200), "]".repeat(200));
    let large = json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "y".repeat(2 << 20)}});
    for (body, status, says) in [
        ("{".to_owned(), 400, "not valid JSON"),
        ("[]".to_owned(), 400, "no JSON object"),
        (deep, 400, "201 levels deep"),
        (large.to_string(), 413, "more than 1048576 bytes"),
    ] {
        let request = message(&served, &served.token).header("Content-Type", "application/json").body(body);
        let reply = Reply::of(request.send().await.unwrap()).await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert!(reply.detail().contains(says), "{says}: {reply:?}");
    }
    let plain = message(&served, &served.token).header("Content-Type", "text/plain").body("{}");
    assert_eq!(Reply::of(plain.send().await.unwrap()).await.status, 415);
    served.end().await;
}

async fn nobody_comes_in_who_may_not(place: Place) {
    let served = Served::with_keys(place).await;
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let anonymous =
        served.anonymous(Method::POST, "/mcp").header("Accept", "application/json, text/event-stream");
    let reply = Reply::of(anonymous.json(&ping).send().await.unwrap()).await;
    assert_eq!((reply.status, reply.headers["www-authenticate"].as_str()), (401, "Bearer"));
    let foreign = message(&served, &served.token).header("Origin", "https://evil.example").json(&ping);
    assert_eq!(Reply::of(foreign.send().await.unwrap()).await.status, 403);
    for method in [Method::GET, Method::DELETE] {
        let reply = Reply::of(served.request(method, "/mcp").send().await.unwrap()).await;
        assert_eq!(reply.status, 405, "{reply:?}");
    }
    let ours = Reply::of(message(&served, &served.token).json(&ping).send().await.unwrap()).await;
    assert_eq!((ours.status, &ours.json["result"]), (200, &json!({})), "{ours:?}");
    served.end().await;
}

async fn a_restart_breaks_no_client(place: Place) {
    // What is only in memory ends with its process.
    if matches!(place, Place::Memory) {
        return;
    }
    let served = Served::local(place).await;
    let id = submitted(&served, &served.token).await;
    let served = served.restart().await;
    let result = call(&served, "get_task_result", json!({"task_id": id})).await;
    assert_eq!(result["structuredContent"]["status"], "pending", "{result}");
    served.end().await;
}

/// A transaction on the store's file that keeps all others from writing.
async fn blocker(served: &Served) -> SqliteConnection {
    let StoreLocation::Sqlite(path) = &served.location else { panic!("{:?}", served.location) };
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
    connection
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_late_is_kept_under_the_id_that_was_named() {
    let served = Served::local(Place::File).await;
    let mut blocking = blocker(&served).await;

    let late = call(&served, "submit_test_generation", json!({"module_path": "src/a.py"})).await;
    let said = refusal(&late);
    assert!(said.starts_with("the task is not kept yet, and may be in a while: ask for "), "{said}");
    let id = said.split("ask for ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let unknown = call(&served, "get_task_status", json!({"task_id": id})).await;
    assert!(refusal(&unknown).contains("not found"), "{unknown}");
    sqlx::query("ROLLBACK").execute(&mut blocking).await.unwrap();

    // What comes after it is kept after it.
    let next = submitted(&served, &served.token).await;
    let listed = call(&served, "list_tasks", json!({})).await;
    let tasks = listed["structuredContent"]["tasks"].as_array().unwrap();
    let ids: Vec<&str> = tasks.iter().filter_map(|task| task["task_id"].as_str()).collect();
    assert!(ids.len() == 2 && ids.contains(&id) && ids.contains(&next.as_str()), "{listed}");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_end_is_promised_that_was_not_asked_for_yet() {
    let served = Served::local(Place::File).await;
    let id = submitted(&served, &served.token).await;
    let mut blocking = blocker(&served).await;

    let answer = call(&served, "cancel_task", json!({"task_id": id})).await;
    assert!(refusal(&answer).contains("the store of the tasks does not answer"), "{answer}");
    sqlx::query("ROLLBACK").execute(&mut blocking).await.unwrap();

    // It goes on all the same.
    served.engine.wait(id.parse().unwrap(), None).await.unwrap();
    assert_eq!(served.get(&format!("/tasks/{id}")).await.json["status"], "cancelled");
    served.end().await;
}
