//! One user whose receivers hang, and another whose webhooks come all the same.

use std::time::Duration;

use _core::access::Role;
use reqwest::Method;
use serde_json::json;

use super::receiver::{Receiver, Says};
use super::served::{Hooks, Place, Reply, Served};

on_both_stores! {
    receivers_that_hang_hold_up_nobody_elses_webhooks,
}

async fn receivers_that_hang_hold_up_nobody_elses_webhooks(place: Place) {
    // As many as are delivered at once, and more.
    const MANY: usize = 70;
    let hooks = Hooks { patience: Some(Duration::from_hours(1)), ..Hooks::to_loopback() };
    let served = Served::telling(place, true, hooks).await;
    let mut hanging = Receiver::saying(vec![Says::Nothing; MANY]).await;
    let mut listening = Receiver::saying([]).await;
    for _ in 0..MANY {
        let reply = served.post("/tasks", &json!({"task_type": "own", "callback_url": hanging.url()})).await;
        served.ended(reply.id()).await;
    }
    for _ in 0..16 {
        hanging.next().await;
    }

    let bob = served.key("bob", Role::User).await;
    let request = served.anonymous(Method::POST, "/tasks").bearer_auth(bob.reveal());
    let body = json!({"task_type": "own", "callback_url": listening.url()});
    let reply = Reply::of(request.json(&body).send().await.unwrap()).await;

    assert_eq!(listening.next().await.json()["data"]["task_id"], reply.id());
    assert!(hanging.is_empty(), "no more at once of one user than 16");
    served.end().await;
}
