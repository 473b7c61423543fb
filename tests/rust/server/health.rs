//! Does it live, does it serve, and how much.

use std::fs;

use reqwest::Method;
use serde_json::json;

use super::served::{PATIENCE, Place, Reply, Served};
use crate::postgres::{Database, Server};
use _core::engine::EngineOptions;
use _core::store::{Limits, StoreLocation};

on_both_stores! {
    health_asks_for_no_key,
    figures_count_tasks_and_requests,
    who_has_too_many_tasks_that_wait_is_told_to_come_again,
}

async fn health_asks_for_no_key(place: Place) {
    let served = Served::with_keys(place).await;
    for path in ["/healthz", "/readyz", "/openapi.json"] {
        let reply = Reply::of(served.anonymous(Method::GET, path).send().await.unwrap()).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
    }
    served.end().await;
}

async fn figures_count_tasks_and_requests(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({})).await;
    served.ended(&id).await;
    served.get("/nowhere").await;

    let reply = served.get("/metrics").await;

    assert!(reply.headers["content-type"].starts_with("application/openmetrics-text"), "{reply:?}");
    let text = reply.json.as_str().unwrap();
    for line in [
        "otg_tasks{status=\"completed\",kind=\"own\"} 1",
        "otg_http_requests_total{method=\"POST\",route=\"/api/v1/tasks\",status=\"202\"} 1",
        "otg_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "otg_queue_size 0",
        "otg_workers 1",
        "otg_event_streams 0",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} in {text}");
    }
    assert!(!text.contains(&id) && text.ends_with("# EOF\n"), "{text}");
    served.end().await;
}

async fn who_has_too_many_tasks_that_wait_is_told_to_come_again(place: Place) {
    let limits = Limits { queued_per_owner: Some(2), ..Limits::default() };
    let served = Served::open(place, true, |options| EngineOptions { limits, ..options }).await;
    let tests = json!({"task_type": "generate_tests", "payload": {"module_path": "a.py"}});
    let mut last = served.post("/tasks", &tests).await;
    assert_eq!(last.status, 202);
    for _ in 0..2 {
        last = served.post("/tasks", &tests).await;
    }
    assert_eq!((last.status, &*last.headers["retry-after"]), (429, "5"));
    let says =
        "owner \"ada\" has 2 task(s) that wait, and may have 2: wait for some to end, or raise `queue_size`";
    assert!(last.detail().starts_with(says), "{last:?}");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_ends_with_the_store_and_comes_back_with_it() {
    let served = Served::local(Place::File).await;
    let StoreLocation::Sqlite(path) = served.location.clone() else { unreachable!("as it was opened") };
    assert_eq!(served.get("/readyz").await.status, 200);

    let away = path.with_extension("away");
    fs::rename(&path, &away).unwrap();
    let gone = served.get("/readyz").await;
    assert_eq!((gone.status, gone.headers.contains_key("retry-after")), (503, true));
    assert!(gone.detail().contains("does not answer"), "{gone:?}");
    assert_eq!(served.get("/healthz").await.status, 200);
    // What would be lost is not taken.
    let own = json!({"task_type": "own", "payload": {}});
    let refused = served.post("/tasks", &own).await;
    assert_eq!((refused.status, refused.headers.contains_key("retry-after")), (503, true), "{refused:?}");

    fs::rename(&away, &path).unwrap();
    assert_eq!(served.get("/readyz").await.status, 200);
    assert_eq!(served.post("/tasks", &own).await.status, 202);
    assert_eq!(served.get("/tasks").await.json["total"], 1);
    served.end().await;
}

/// Ends the server of the test as a power cut would, or starts it again.
async fn order(postgres: &'static Server, what: &'static str) {
    tokio::task::spawn_blocking(move || postgres.order(what)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_ends_with_postgres_and_comes_back_with_it() {
    let Some(postgres) = Server::of_its_own() else { return };
    let database = Database::empty_on(postgres).await;
    let served = Served::at(database.location()).await;
    let id = served.submit(json!({})).await;
    served.ended(&id).await;
    assert_eq!(served.get("/readyz").await.status, 200);

    order(postgres, "crash").await;
    let gone = served.get("/readyz").await;
    assert_eq!((gone.status, gone.headers.contains_key("retry-after")), (503, true), "{gone:?}");
    assert!(gone.detail().contains("does not answer"), "{gone:?}");
    assert_eq!(served.get("/healthz").await.status, 200);
    let list = served.get("/api/v1/tasks").await;
    assert_eq!((list.status, list.headers.contains_key("retry-after")), (503, true), "{list:?}");

    order(postgres, "start").await;
    let back = async { while served.get("/readyz").await.status != 200 {} };
    tokio::time::timeout(PATIENCE, back).await.expect("it comes back with its store");
    assert_eq!(served.get(&format!("/api/v1/tasks/{id}")).await.json["status"], "completed");
    served.end().await;
}
