//! What a client can get wrong: each is told what, and what to do, and nothing is stored.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use _core::server::{Entry, Service, ServiceOptions};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::served::{PATIENCE, Place, Reply, Served};

on_both_stores! {
    a_body_that_is_none_is_refused,
    a_field_that_does_not_hold_is_named,
    a_kind_that_nobody_runs_is_unknown,
    an_id_that_is_none_is_not_found,
    what_is_not_there_is_a_problem_too,
    a_connection_that_is_half_closed_is_ended,
    a_stream_that_is_half_closed_takes_no_place,
    a_client_that_completes_no_request_is_sent_away,
}

async fn send(served: &Served, kind: &str, body: impl Into<reqwest::Body>) -> Reply {
    let request = served.request(Method::POST, "/api/v1/tasks").header("Content-Type", kind).body(body);
    Reply::of(request.send().await.unwrap()).await
}

async fn assert_nothing_is_stored(served: &Served) {
    assert_eq!(served.get("/api/v1/tasks").await.json["total"], 0);
}

async fn a_body_that_is_none_is_refused(place: Place) {
    let served = Served::local(place).await;
    let json = "application/json";
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(200), "]".repeat(200));
    let large = format!("{{\"task_type\": \"own\", \"payload\": {{\"say\": \"{}\"}}}}", "x".repeat(2 << 20));
    for (kind, body, status, says) in [
        (json, "{".to_owned(), 400, "not valid JSON"),
        (json, String::new(), 400, "not valid JSON"),
        (json, "[1]".to_owned(), 400, "no JSON object"),
        (json, "{\"task_type\": \"\u{0}\"}".to_owned(), 400, "not valid JSON"),
        (json, deep, 400, "201 levels deep: at most 64"),
        (json, large, 413, "more than 1048576 bytes (1 MiB)"),
        ("text/plain", "{\"task_type\": \"own\"}".to_owned(), 415, "Content-Type: application/json"),
        ("application/x-www-form-urlencoded", "task_type=own".to_owned(), 415, "application/json"),
    ] {
        let reply = send(&served, kind, body).await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert!(reply.detail().contains(says), "{says}: {reply:?}");
    }
    let packed = served.request(Method::POST, "/tasks").header("Content-Encoding", "gzip");
    let packed = Reply::of(packed.json(&json!({"task_type": "own"})).send().await.unwrap()).await;
    assert_eq!(packed.status, 415);
    assert!(packed.detail().contains("packed (gzip)"), "{packed:?}");
    let not_text = send(&served, json, b"{\"task_type\": \"\xff\"}".to_vec()).await;
    assert_eq!(not_text.status, 400);
    assert_nothing_is_stored(&served).await;
    served.end().await;
}

async fn a_field_that_does_not_hold_is_named(place: Place) {
    let served = Served::local(place).await;
    let with = |field: &str, value: Value| {
        let mut body = json!({"task_type": "own"});
        body[field] = value;
        body
    };
    let large = json!({"x": "y".repeat(70 * 1024)});
    for (body, field, says) in [
        (json!({}), "task_type", "is missing"),
        (with("task_type", json!(null)), "task_type", "is missing"),
        (with("task_type", json!(3)), "task_type", "must be a text, not 3"),
        (with("task_type", json!("No Kind")), "task_type", "is no name of a kind"),
        (with("kind", json!("own")), "kind", "is unknown: task_type, payload"),
        (with("payload", json!([1])), "payload", "must be an object, not [1]"),
        (with("priority", json!("urgent")), "priority", "critical, high, normal, low"),
        (with("timeout_seconds", json!(0)), "timeout_seconds", "more than 0"),
        (with("timeout_seconds", json!("1")), "timeout_seconds", "must be a number, not \"1\""),
        (with("max_retries", json!(11)), "max_retries", "between 0 and 10, not 11"),
        (with("max_retries", json!(1.5)), "max_retries", "a whole number, not 1.5"),
        (with("metadata", large), "metadata", "at most 65536"),
        (with("depends_on", json!(["it"])), "depends_on", "is no id"),
        (with("depends_on", json!([[]])), "depends_on", "a list of texts"),
        (with("depends_on", json!(["0199a1c4-7d3e-7000-8000-0123456789ab"])), "depends_on", "not found"),
        (with("run_at", json!("tomorrow")), "run_at", "a time with its offset"),
        (with("run_at", json!("2030-01-31T08:00:00")), "run_at", "a time with its offset"),
        (with("requires", json!(["a b"])), "requires", ""),
    ] {
        let reply = served.post("/api/v1/tasks", &body).await;
        assert_eq!((reply.status, &reply.json["field"]), (422, &json!(field)), "{body}: {reply:?}");
        assert!(reply.detail().contains(says), "{says}: {reply:?}");
    }
    let long = served.request(Method::POST, "/tasks").header("Idempotency-Key", "k".repeat(256));
    let reply = Reply::of(long.json(&json!({"task_type": "own"})).send().await.unwrap()).await;
    assert_eq!((reply.status, &reply.json["field"]), (422, &json!("idempotency_key")), "{reply:?}");
    assert_nothing_is_stored(&served).await;
    served.end().await;
}

async fn a_kind_that_nobody_runs_is_unknown(place: Place) {
    let served = Served::local(place).await;
    for kind in ["frobnicate", "noop"] {
        let reply = served.post("/api/v1/tasks", &json!({"task_type": kind})).await;
        assert_eq!(reply.status, 422, "{reply:?}");
        assert!(reply.detail().contains("is unknown: use one of generate_tests, agent_task"), "{reply:?}");
    }
    assert_nothing_is_stored(&served).await;
    served.end().await;
}

async fn an_id_that_is_none_is_not_found(place: Place) {
    let served = Served::local(place).await;
    for id in ["0199a1c4-7d3e-7000-8000-0123456789ab", "1", "%00", "..%2f..", "%ff", &"9".repeat(3000)] {
        for (method, rest) in [
            (Method::GET, ""),
            (Method::DELETE, ""),
            (Method::GET, "/result"),
            (Method::GET, "/logs"),
            (Method::GET, "/events"),
            (Method::POST, "/retry"),
        ] {
            let request = served.request(method.clone(), &format!("/api/v1/tasks/{id}{rest}"));
            let reply = Reply::of(request.send().await.unwrap()).await;
            assert_eq!(reply.status, 404, "{method} {id}{rest}: {reply:?}");
            assert!(reply.detail().len() < 300, "{reply:?}");
        }
    }
    served.end().await;
}

async fn what_is_not_there_is_a_problem_too(place: Place) {
    let served = Served::local(place).await;
    let nowhere = served.get("/api/v2/tasks").await;
    assert_eq!(nowhere.status, 404);
    assert!(nowhere.detail().contains("/openapi.json"), "{nowhere:?}");
    for method in [Method::PUT, Method::OPTIONS] {
        let reply = Reply::of(served.request(method, "/api/v1/tasks").send().await.unwrap()).await;
        assert_eq!(reply.status, 405);
        assert!(reply.detail().contains("/openapi.json") && reply.headers.contains_key("allow"), "{reply:?}");
        assert!(!reply.headers.keys().any(|name| name.starts_with("access-control")), "{reply:?}");
    }
    served.end().await;
}

/// A connection on which this was said.
async fn said(address: SocketAddr, text: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    socket
}

/// All that still comes until the service ends the connection.
async fn rest(mut socket: TcpStream) -> String {
    let mut answer = Vec::new();
    // One that is reset ends too.
    let _ = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("it is ended");
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(served: &Served, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
        served.token.reveal()
    )
}

async fn a_connection_that_is_half_closed_is_ended(place: Place) {
    let served = Served::local(place).await;
    let mut socket = said(served.address, &get(&served, "/api/v1/tasks")).await;
    socket.shutdown().await.unwrap();
    // Taken for gone where the answer was not ready: then it gets none, and never half of one.
    let answer = rest(socket).await;
    let is_whole = answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with('}');
    assert!(is_whole || answer.is_empty(), "{answer}");

    // One that says nothing more after half a request leaves nothing behind.
    let mut socket = said(served.address, "POST /api/v1/tasks HTTP/1.1\r\nHost: loc").await;
    socket.shutdown().await.unwrap();
    rest(socket).await;
    assert_nothing_is_stored(&served).await;
    served.end().await;
}

async fn a_stream_that_is_half_closed_takes_no_place(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true})).await;
    let mut socket = said(served.address, &get(&served, &format!("/tasks/{id}/events"))).await;
    let mut head = [0; 15];
    socket.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    socket.shutdown().await.unwrap();
    rest(socket).await;
    let figures = served.get("/metrics").await.json;
    assert!(figures.as_str().unwrap().contains("otg_event_streams 0"), "{figures}");
    served.own.gate.add_permits(1);
    served.end().await;
}

async fn a_client_that_completes_no_request_is_sent_away(place: Place) {
    let served = Served::local(place).await;
    let service = Service::bind(ServiceOptions {
        engine: Arc::clone(&served.engine),
        settings: served.settings(),
        location: served.location.clone(),
        address: "127.0.0.1:0".parse().unwrap(),
        entry: Entry::Local(served.token.clone()),
        hosts: Vec::new(),
    });
    let service = service.await.unwrap().bearing_silence(Duration::from_millis(500));
    let (address, stop) = (service.address(), CancellationToken::new());
    let running = tokio::spawn(service.run(stop.clone().cancelled_owned()));

    let silent = said(address, "").await;
    let half = said(address, "GET /api/v1/tasks HTTP/1.1\r\nHost: loc").await;
    let kept_alive = said(address, &get(&served, "/api/v1/tasks")).await;
    // A letter now and then is no request either.
    let (slow, mut drip) = said(address, "GET /api/v1/tasks HTTP/1.1\r\nX: ").await.into_split();
    let dripping = tokio::spawn(async move {
        while drip.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });

    assert_eq!(rest(silent).await, "");
    assert_eq!(rest(half).await, "");
    assert!(rest(kept_alive).await.starts_with("HTTP/1.1 200 OK"), "what is complete is answered");
    tokio::time::timeout(PATIENCE, dripping).await.expect("it is sent away").unwrap();
    drop(slow);
    stop.cancel();
    running.await.unwrap();
    assert_nothing_is_stored(&served).await;
    served.end().await;
}
