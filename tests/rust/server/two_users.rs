//! Two users on one service: neither finds a byte of the other's.

use std::collections::BTreeSet;

use _core::access::{Role, Secret};
use reqwest::Method;
use serde_json::{Value, json};

use super::events::Stream;
use super::served::{Hooks, Place, Reply, Served};

on_both_stores! {
    no_route_tells_one_user_of_another,
    counts_and_pages_are_ones_own,
    keys_of_idempotency_are_ones_own,
    what_nobody_owns_is_nobodys,
}

/// What only the other's task has.
const MARK: &str = "only-bob-knows-this";

async fn as_user(served: &Served, key: &Secret, method: Method, path: &str, body: Option<Value>) -> Reply {
    let mut request = served.anonymous(method, path).bearer_auth(key.reveal());
    if let Some(body) = body {
        request = request.json(&body);
    }
    Reply::of(request.send().await.unwrap()).await
}

async fn bobs_task(served: &Served, bob: &Secret) -> String {
    let body = json!({
        "task_type": "own", "payload": {"say": MARK}, "metadata": {"note": MARK},
        "callback_url": format!("http://127.0.0.1:1/{MARK}"),
    });
    let reply = as_user(served, bob, Method::POST, "/tasks", Some(body)).await;
    assert_eq!(reply.json["user_id"], "bob", "{reply:?}");
    reply.id().to_owned()
}

/// Every method and path of the description, with this id.
fn routes(id: &str) -> Vec<(Method, String)> {
    let described: Value = serde_json::from_str(&_core::server::document()).unwrap();
    let paths = described["paths"].as_object().unwrap();
    let methods_of = |path: &str, methods: &Value| -> Vec<(Method, String)> {
        let methods = methods.as_object().unwrap().keys();
        methods.map(|method| (method.to_uppercase().parse().unwrap(), path.replace("{id}", id))).collect()
    };
    paths.iter().flat_map(|(path, methods)| methods_of(path, methods)).collect()
}

async fn no_route_tells_one_user_of_another(place: Place) {
    let served = Served::telling(place, true, Hooks::to_loopback()).await;
    let (ada, bob) = (served.token.clone(), served.key("bob", Role::User).await);
    let id = bobs_task(&served, &bob).await;
    let unknown = _core::task::TaskId::fresh().to_string();
    assert!(routes(&id).len() >= 10);

    let deliveries = as_user(&served, &bob, Method::GET, "/webhooks/deliveries", None).await;
    let delivery = deliveries.json["deliveries"][0]["delivery_id"].as_str().unwrap().to_owned();

    for id in [id.clone(), delivery] {
        is_nobodys_to(&served, &ada, &id, &unknown).await;
    }
    is_not_in_the_feed_of(&served, &ada, &bob).await;
    assert_eq!(as_user(&served, &bob, Method::GET, &format!("/tasks/{id}"), None).await.status, 200);
    served.end().await;
}

/// The stream of all of one's own tasks, which has no end.
const FEED: &str = "/api/v1/events";

/// Bob's events come to Bob alone, though Ada's come before and after them.
async fn is_not_in_the_feed_of(served: &Served, ada: &Secret, bob: &Secret) {
    assert!(routes("").contains(&(Method::GET, FEED.to_owned())));
    let mut streams = Vec::new();
    for key in [ada, bob] {
        let request = served.anonymous(Method::GET, FEED).bearer_auth(key.reveal());
        streams.push(Stream::of(request.send().await.unwrap()));
    }
    let first = served.submit(json!({})).await;
    let bobs = bobs_task(served, bob).await;
    let told = until_completed(&mut streams[1]).await;
    assert!(told.contains(&bobs) && !told.contains(&first), "{told}");
    served.ended(&first).await;
    let second = served.submit(json!({})).await;
    let told = until_completed(&mut streams[0]).await + &until_completed(&mut streams[0]).await;
    assert!(told.contains(&first) && told.contains(&second) && !told.contains(&bobs), "{told}");
    assert!(!told.contains(MARK) && !told.contains("bob"), "{told}");
}

/// All that a stream tells up to the end of a task.
async fn until_completed(stream: &mut Stream) -> String {
    let mut told = Vec::new();
    loop {
        let (id, name, data) = stream.next_of_any().await.expect("goes on");
        told.push(format!("{id} {name} {data}"));
        if data["status"] == "completed" {
            return told.join("\n");
        }
    }
}

/// On every route that has an end.
async fn is_nobodys_to(served: &Served, ada: &Secret, id: &str, unknown: &str) {
    for ((method, path), (_, path_of_nothing)) in routes(id).into_iter().zip(routes(unknown)) {
        if path == FEED {
            continue;
        }
        let body = (method == Method::POST).then(|| json!({"task_type": "own", "depends_on": [id]}));
        let reply = as_user(served, ada, method.clone(), &path, body.clone()).await;
        let text = format!("{reply:?}");
        let told = text.contains(MARK) || text.contains("bob");
        assert!(!told, "{method} {path}: {text}");
        if path.contains(id) {
            // Word for word what is said of a task that never was.
            let nothing = as_user(served, ada, method.clone(), &path_of_nothing, body).await;
            assert_eq!(reply.status, 404, "{method} {path}: {text}");
            assert_eq!(reply.detail().replace(id, ""), nothing.detail().replace(unknown, ""), "{path}");
        }
    }
}

async fn counts_and_pages_are_ones_own(place: Place) {
    let served = Served::telling(place, true, Hooks::to_loopback()).await;
    let (ada, bob) = (served.token.clone(), served.key("bob", Role::User).await);
    let admin = served.key("carol", Role::Admin).await;
    let mut own = BTreeSet::new();
    for _ in 0..5 {
        bobs_task(&served, &bob).await;
        own.insert(served.submit(json!({})).await);
    }
    for (key, total) in [(&ada, 5), (&bob, 5), (&admin, 0)] {
        let reply = as_user(&served, key, Method::GET, "/tasks?limit=200", None).await;
        assert_eq!(
            (&reply.json["total"], reply.json["tasks"].as_array().unwrap().len()),
            (&json!(total), total)
        );
    }
    let page = as_user(&served, &ada, Method::GET, "/tasks", None).await.json;
    let ids =
        page["tasks"].as_array().unwrap().iter().map(|task| task["task_id"].as_str().unwrap().to_owned());
    assert_eq!(ids.collect::<BTreeSet<_>>(), own);
    served.end().await;
}

async fn keys_of_idempotency_are_ones_own(place: Place) {
    let served = Served::with_keys(place).await;
    let (ada, bob) = (served.token.clone(), served.key("bob", Role::User).await);
    let mut ids = BTreeSet::new();
    for (key, say) in [(&ada, 1), (&bob, 2)] {
        let request = served.anonymous(Method::POST, "/tasks").bearer_auth(key.reveal());
        let body = json!({"task_type": "own", "payload": {"say": say}});
        let request = request.header("Idempotency-Key", "the same").json(&body);
        ids.insert(Reply::of(request.send().await.unwrap()).await.id().to_owned());
    }
    assert_eq!(ids.len(), 2);
    served.end().await;
}

async fn what_nobody_owns_is_nobodys(place: Place) {
    let served = Served::with_keys(place).await;
    let task = crate::support::noop();
    let id = served.engine.submit(task).await.unwrap().id().to_string();
    assert_eq!(served.get(&format!("/tasks/{id}")).await.status, 404);
    assert_eq!(served.get("/tasks").await.json["total"], 0);
    served.end().await;
}
