//! The description for programs: what is committed is what is served.

use std::path::Path;

use serde_json::Value;

use super::served::{Place, Served};

/// The committed document; `UPDATE_SNAPSHOTS=1` writes it anew.
const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");

#[test]
fn the_committed_description_is_that_of_this_build() {
    let text = _core::server::document() + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(Path::new(COMMITTED), &text).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        text == committed,
        "docs/openapi.json is not what the routes say: run this test with UPDATE_SNAPSHOTS=1, and look at the difference"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_served_is_what_is_committed() {
    let served = Served::local(Place::Memory).await;
    let shown = served.get("/openapi.json").await.json;
    assert_eq!(shown, serde_json::from_str::<Value>(&_core::server::document()).unwrap());
    assert_eq!(shown["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
    served.end().await;
}

#[test]
fn every_route_says_what_it_answers_where_it_refuses() {
    let document: Value = serde_json::from_str(&_core::server::document()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, route) in methods.as_object().unwrap() {
            assert!(route["summary"].is_string() && route["operationId"].is_string(), "{method} {path}");
            let asks_for_a_key = !["/healthz", "/readyz"].contains(&path.as_str());
            for (status, is_said) in [
                ("400", true),
                ("401", asks_for_a_key),
                ("403", asks_for_a_key),
                ("408", route.get("requestBody").is_some()),
            ] {
                assert_eq!(route["responses"].get(status).is_some(), is_said, "{method} {path}: {status}");
            }
        }
    }
}
