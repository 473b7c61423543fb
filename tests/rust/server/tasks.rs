//! Tasks over HTTP: submitted, looked at, ended, tried again.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::served::{Place, Reply, Served};

on_both_stores! {
    a_task_is_accepted_at_once_and_says_where_it_is,
    a_task_has_all_keys_at_every_time,
    whoever_waits_gets_the_end,
    paths_answer_with_and_without_prefix_and_slash,
    what_has_not_changed_is_not_sent_again,
    a_cancelled_task_cannot_be_cancelled_again,
    a_failed_task_can_be_tried_again,
    a_task_is_tried_again_once_under_the_same_key,
    a_task_that_goes_on_cannot_be_tried_again,
    the_result_is_what_the_task_left,
    the_lines_of_a_task_can_be_read,
    the_same_key_gives_the_same_task,
    the_same_work_by_a_route_of_its_own_is_the_same_task,
    a_task_can_wait_for_others,
    our_own_kinds_are_checked_as_python_checks_them,
    work_on_documents_is_shown_with_its_project,
}

const KEYS: [&str; 11] = [
    "task_id",
    "user_id",
    "project_id",
    "task_type",
    "status",
    "created_at",
    "started_at",
    "completed_at",
    "result",
    "error",
    "progress",
];

async fn a_task_is_accepted_at_once_and_says_where_it_is(place: Place) {
    let served = Served::local(place).await;

    let reply = served.post("/api/v1/tasks", &json!({"task_type": "own", "payload": {"gate": true}})).await;

    assert_eq!(reply.status, 202, "{reply:?}");
    assert_eq!(reply.headers["location"], format!("/api/v1/tasks/{}", reply.id()));
    assert_eq!(reply.headers["retry-after"], "2");
    assert_eq!(reply.json["user_id"], "local");
    let location = reply.headers["location"].clone();
    assert_eq!(served.get(&location).await.id(), reply.id());
    served.end().await;
}

async fn a_task_has_all_keys_at_every_time(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true, "say": "ü", "project_id": "shop"})).await;
    served.runs(&id).await;

    let running = served.get(&format!("/api/v1/tasks/{id}")).await.json;
    served.own.gate.add_permits(1);
    let ended = served.ended(&id).await;

    for key in KEYS {
        assert!(running.get(key).is_some() && ended.get(key).is_some(), "{key}: {running} {ended}");
    }
    assert_eq!((&running["status"], &running["result"]), (&json!("running"), &json!(null)));
    assert_eq!(running["progress"]["percentage"].as_u64().map(|number| number < 100), Some(true));
    assert_eq!((&ended["status"], &ended["result"]), (&json!("completed"), &json!({"said": "ü"})));
    assert_eq!(ended["progress"]["percentage"], 100);
    assert_eq!(ended["project_id"], "shop");
    served.end().await;
}

async fn whoever_waits_gets_the_end(place: Place) {
    let served = Served::local(place).await;
    let body = json!({"task_type": "own", "payload": {"say": 1}});

    let request = served.request(Method::POST, "/api/v1/tasks").header("Prefer", "wait=50").json(&body);
    let reply = Reply::of(request.send().await.unwrap()).await;

    assert_eq!((reply.status, &reply.json["result"]), (200, &json!({"said": 1})));
    served.end().await;
}

async fn paths_answer_with_and_without_prefix_and_slash(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({})).await;
    served.ended(&id).await;

    let known = served.get("/api/v1/tasks").await.json;
    for path in ["/api/v1/tasks/", "/tasks", "/tasks/"] {
        assert_eq!(served.get(path).await.json, known, "{path}");
    }
    let known = served.get(&format!("/api/v1/tasks/{id}")).await.json;
    for path in [format!("/api/v1/tasks/{id}/"), format!("/tasks/{id}"), format!("/tasks/{id}/")] {
        assert_eq!(served.get(&path).await.json, known, "{path}");
    }
    assert_eq!(served.post("/tasks/", &json!({"task_type": "own"})).await.status, 202);
    served.end().await;
}

async fn what_has_not_changed_is_not_sent_again(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true})).await;
    served.runs(&id).await;
    let path = format!("/api/v1/tasks/{id}");
    let stale = served.get(&path).await.headers["etag"].clone();
    served.own.gate.add_permits(1);
    served.ended(&id).await;

    let tag = served.get(&path).await.headers["etag"].clone();
    let again = |tag: String| served.request(Method::GET, &path).header("If-None-Match", tag).send();
    assert_eq!(again(format!("\"x\", W/{tag}")).await.unwrap().status(), 304);
    assert_eq!(again(stale).await.unwrap().status(), 200);
    served.end().await;
}

async fn a_cancelled_task_cannot_be_cancelled_again(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true})).await;
    served.runs(&id).await;

    let first = served.delete(&format!("/api/v1/tasks/{id}")).await;
    assert_eq!((first.status, &first.json["status"]), (200, &json!("cancelled")));
    let second = served.delete(&format!("/api/v1/tasks/{id}")).await;
    assert_eq!(second.status, 409);
    assert!(second.detail().contains("is cancelled already"), "{second:?}");
    served.end().await;
}

async fn a_failed_task_can_be_tried_again(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"fails": true})).await;
    let failed = served.ended(&id).await;
    assert_eq!((&failed["status"], &failed["error"]), (&json!("failed"), &json!("as it was told")));
    assert_eq!(failed["error_kind"], "refused");

    let reply = served.post(&format!("/api/v1/tasks/{id}/retry"), &json!({})).await;

    assert!([200, 202].contains(&reply.status), "{reply:?}");
    assert_ne!(reply.id(), id);
    assert_eq!(reply.json["metadata"]["retry_of"], id);
    served.end().await;
}

async fn a_task_is_tried_again_once_under_the_same_key(place: Place) {
    let served = Served::local(place).await;
    let mut failed = Vec::new();
    for _ in 0..2 {
        let id = served.submit(json!({"fails": true})).await;
        served.ended(&id).await;
        failed.push(id);
    }
    let again = async |id: &str, key: &str| {
        let request = served.request(Method::POST, &format!("/tasks/{id}/retry"));
        Reply::of(request.header("Idempotency-Key", key).send().await.unwrap()).await
    };
    let first = again(&failed[0], "r-1").await;
    assert_eq!(first.id(), again(&failed[0], "r-1").await.id());
    assert_ne!(first.id(), again(&failed[0], "r-2").await.id());
    let other = again(&failed[1], "r-1").await;
    assert_eq!((other.status, &other.json["field"]), (422, &json!("idempotency_key")), "{other:?}");
    let long = again(&failed[1], &"k".repeat(256)).await;
    assert_eq!((long.status, &long.json["field"]), (422, &json!("idempotency_key")), "{long:?}");
    assert_eq!(served.get("/tasks").await.json["total"], 4);
    served.end().await;
}

async fn a_task_that_goes_on_cannot_be_tried_again(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true})).await;
    let reply = served.post(&format!("/api/v1/tasks/{id}/retry"), &json!({})).await;
    assert_eq!(reply.status, 409);
    assert!(reply.detail().contains("only a failed or cancelled task"), "{reply:?}");
    served.end().await;
}

async fn the_result_is_what_the_task_left(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true, "say": [1, {"a": null}]})).await;
    let early = served.get(&format!("/api/v1/tasks/{id}/result")).await;
    assert_eq!((early.status, early.id()), (202, &*id));
    served.own.gate.add_permits(1);
    served.ended(&id).await;

    let reply = served.get(&format!("/api/v1/tasks/{id}/result")).await;

    assert_eq!((reply.status, &reply.json["success"]), (200, &json!(true)));
    assert_eq!(reply.json["result"], json!({"said": [1, {"a": null}]}));
    assert_eq!(served.get(&format!("/api/v1/tasks/{id}/result")).await.json, reply.json);
    served.end().await;
}

async fn the_lines_of_a_task_can_be_read(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({})).await;
    served.ended(&id).await;

    let page = served.get(&format!("/api/v1/tasks/{id}/logs")).await.json;

    let line = &page["lines"][0];
    assert_eq!((&line["level"], &line["message"]), (&json!("info"), &json!("a line")), "{page}");
    let after = line["number"].as_u64().unwrap();
    let rest = served.get(&format!("/api/v1/tasks/{id}/logs?after={after}")).await.json;
    assert_eq!(rest, json!({"lines": [], "next_after": null}));
    served.end().await;
}

async fn the_same_key_gives_the_same_task(place: Place) {
    let served = Served::local(place).await;
    let send = async |body: Value| {
        let request = served.request(Method::POST, "/api/v1/tasks").header("Idempotency-Key", "k-1");
        Reply::of(request.json(&body).send().await.unwrap()).await
    };
    let body = json!({"task_type": "own", "payload": {"say": 1}, "priority": "low"});
    let first = send(body.clone()).await;
    assert_eq!(first.id(), send(body.clone()).await.id());
    for (field, value) in [
        ("payload", json!({"say": 2})),
        ("priority", json!("high")),
        ("metadata", json!({"mine": true})),
        ("timeout_seconds", json!(9)),
        ("max_retries", json!(0)),
        ("run_at", json!("2030-01-01T00:00:00Z")),
        ("requires", json!(["gpu"])),
        ("callback_url", json!("https://example.org/hook")),
    ] {
        let mut other = body.clone();
        other[field] = value;
        let other = send(other).await;
        assert_eq!((other.status, &other.json["field"]), (422, &json!("idempotency_key")), "{field}");
        assert!(other.detail().contains("asks for something else"), "{other:?}");
    }
    assert_eq!(served.get("/tasks").await.json["total"], 1);
    served.end().await;
}

async fn the_same_work_by_a_route_of_its_own_is_the_same_task(place: Place) {
    let served = Served::local(place).await;
    let payload = json!({"project_id": "shop"});
    let whole = json!({"task_type": "coverage_analysis", "payload": payload});
    let mut ids = HashSet::new();
    for (path, body) in
        [("/tasks/coverage-analysis", &payload), ("/bot/coverage-test", &payload), ("/tasks", &whole)]
    {
        let request = served.request(Method::POST, path).header("Idempotency-Key", "c-1").json(body);
        let reply = Reply::of(request.send().await.unwrap()).await;
        assert!([200, 202].contains(&reply.status), "{path}: {reply:?}");
        ids.insert(reply.id().to_owned());
    }
    assert_eq!(ids.len(), 1);
    served.end().await;
}

async fn a_task_can_wait_for_others(place: Place) {
    let served = Served::local(place).await;
    let first = served.submit(json!({"gate": true})).await;
    let body = json!({"task_type": "own", "depends_on": [first], "priority": "low", "max_retries": 0,
        "timeout_seconds": 5.5, "metadata": {"mine": true}, "requires": []});
    let second = served.post("/api/v1/tasks", &body).await;
    assert_eq!((second.status, &second.json["status"]), (202, &json!("pending")));
    assert_eq!((&second.json["priority"], &second.json["metadata"]["mine"]), (&json!(3), &json!(true)));
    served.own.gate.add_permits(1);
    assert_eq!(served.ended(second.id()).await["status"], "completed");
    served.end().await;
}

async fn our_own_kinds_are_checked_as_python_checks_them(place: Place) {
    let served = Served::local(place).await;
    let good = json!({"task_type": "generate_tests", "payload": {"module_path": "src/a.py"}});
    let reply = served.post("/api/v1/tasks", &good).await;
    assert_eq!((reply.status, &reply.json["metadata"]["output_path"]), (202, &json!("tests/test_a.py")));

    for (payload, field, says) in [
        (json!({"module_path": "../a.py"}), "module_path", ""),
        (
            json!({"module_path": "a.py", "coverage_threshold": 101}),
            "coverage_threshold",
            "between 0 and 100",
        ),
        (json!({"module_path": "a.py", "wishes": 3}), "payload", "wishes = 3"),
    ] {
        let reply =
            served.post("/api/v1/tasks", &json!({"task_type": "generate_tests", "payload": payload})).await;
        assert_eq!((reply.status, &reply.json["field"]), (422, &json!(field)), "{reply:?}");
        assert!(reply.detail().contains(says), "{reply:?}");
    }
    served.end().await;
}

async fn work_on_documents_is_shown_with_its_project(place: Place) {
    let served = Served::local(place).await;
    let order = json!({"project_id": "shop", "requirements_content": "REQ-001: Users shall log in."});

    let reply = served.post("/api/v1/tasks", &json!({"task_type": "generate_rtm", "payload": order})).await;

    assert_eq!(reply.status, 202, "{reply:?}");
    assert_eq!(
        (&reply.json["task_type"], &reply.json["project_id"]),
        (&json!("generate_rtm"), &json!("shop"))
    );
    served.end().await;
}
