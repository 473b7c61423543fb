//! Webhooks over real sockets: what is sent, how it is tried again, where it never goes, and what is told of it.

use std::io::Write as _;
use std::net::IpAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use _core::access::{ApiKey, KeyWebhooks, Role, Secret, WebhookSecret};
use _core::server::{Resolved, Resolver, webhook_secret};
use _core::task::TaskStatus;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use super::receiver::{Receiver, Says};
use super::served::{Hooks, PATIENCE, Place, Reply, Served};

on_both_stores! {
    the_end_of_a_task_is_told_as_its_owner_sees_it,
    every_sort_of_end_is_told_once,
    a_receiver_that_fails_is_tried_again_with_the_same_message,
    a_receiver_that_wants_no_more_is_left_alone,
    a_message_can_be_sent_once_more,
    a_key_says_where_and_signs_with_its_own_secrets,
    loopback_is_refused_in_every_spelling_at_submission,
    a_name_that_leads_elsewhere_the_second_time_is_refused_then,
    a_receiver_that_never_answers_is_given_up_and_tried_again,
    a_retried_task_tells_whoever_was_told_of_the_first,
    a_receiver_says_by_a_date_when_to_come_again,
    deliveries_are_listed_by_where_they_stand,
}

fn body(url: &str, payload: &Value) -> Value {
    json!({"task_type": "own", "payload": payload, "callback_url": url})
}

async fn submit(served: &Served, url: &str, payload: Value) -> String {
    let reply = served.post("/tasks", &body(url, &payload)).await;
    assert!([200, 202].contains(&reply.status), "{reply:?}");
    reply.id().to_owned()
}

async fn telling_this_machine(place: Place) -> Served {
    Served::telling(place, false, Hooks::to_loopback()).await
}

fn secret_of(served: &Served) -> WebhookSecret {
    webhook_secret(&served.settings().workspace_root).unwrap().0
}

/// The newest delivery once it has ended.
async fn ended_delivery(served: &Served) -> Value {
    let newest = served.get("/webhooks/deliveries?limit=1").await.json["deliveries"][0].clone();
    let id = newest["delivery_id"].as_str().unwrap();
    served.engine.wait(id.parse().unwrap(), Some(PATIENCE)).await.unwrap();
    served.get(&format!("/webhooks/deliveries/{id}")).await.json
}

async fn the_end_of_a_task_is_told_as_its_owner_sees_it(place: Place) {
    let served = telling_this_machine(place).await;
    let mut receiver = Receiver::saying([]).await;
    let id = submit(&served, &receiver.url(), json!({"say": "hello"})).await;

    let got = receiver.next().await;
    assert_eq!((got.path.as_str(), got.header("content-type")), ("/hook", "application/json"));
    assert!(got.is_signed_with(&secret_of(&served)) && !got.is_signed_with(&WebhookSecret::fresh()));
    let sent: i64 = got.header("webhook-timestamp").parse().unwrap();
    assert!((Utc::now().timestamp() - sent).abs() < 120);
    let task = served.get(&format!("/tasks/{id}")).await.json;
    assert_eq!(
        got.json(),
        json!({"type": "task.completed", "timestamp": task["completed_at"], "data": task})
    );
    assert_eq!(task["result"]["said"], "hello");

    let delivery = ended_delivery(&served).await;
    assert_eq!(delivery["status"], "delivered", "{delivery}");
    assert_eq!(
        (&delivery["task_id"], &delivery["webhook_id"]),
        (&json!(id), &json!(got.header("webhook-id")))
    );
    assert_eq!(served.get("/tasks").await.json["total"], 1, "a delivery is no task of the user's");
    let all = served.engine.list(_core::task::ListFilter { limit: 10, ..Default::default() }).await.unwrap();
    assert_eq!(all.tasks.len(), 1, "nor in the lists of the command");
    the_page_verifies(&secret_of(&served), &got);
    served.end().await;
}

/// The example of the page, on what has really come.
fn the_page_verifies(secret: &WebhookSecret, got: &super::receiver::Got) {
    let page = include_str!("../../../docs/service.md");
    let (_, example) = page.split_once("```python\n").expect("the page shows how to verify");
    let (example, _) = example.split_once("```").unwrap();
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: Value = names.iter().map(|name| ((*name).to_owned(), json!(got.header(name)))).collect();
    let text = String::from_utf8(got.body.to_vec()).unwrap();
    let program = format!(
        "{example}\nimport sys\nsecret, headers, text = json.load(sys.stdin)\n\
         print(verify(secret, headers, text.encode())['type'])\n\
         try:\n    verify(secret, headers, text.encode() + b' ')\nexcept ValueError:\n    print('refused')\n"
    );
    let python = std::env::var("OTG_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(python)
        .args(["-c", &program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a Python");
    write!(child.stdin.take().unwrap(), "{}", json!([secret.reveal(), headers, text])).unwrap();
    let said = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout), "task.completed\nrefused\n");
}

async fn every_sort_of_end_is_told_once(place: Place) {
    let served = telling_this_machine(place).await;
    let mut receiver = Receiver::saying([]).await;
    let failing = submit(&served, &receiver.url(), json!({"fails": true})).await;
    let got = receiver.next().await.json();
    assert_eq!((&got["type"], &got["data"]["task_id"]), (&json!("task.failed"), &json!(failing)));
    assert_eq!(got["data"]["error"], "as it was told");

    let cancelled = submit(&served, &receiver.url(), json!({"gate": true})).await;
    assert_eq!(ended_while_waiting(&served).await, "waiting");
    served.delete(&format!("/tasks/{cancelled}")).await;
    let got = receiver.next().await.json();
    assert_eq!((&got["type"], &got["data"]["task_id"]), (&json!("task.cancelled"), &json!(cancelled)));

    // The same submission again is the same task, and tells nobody twice.
    for _ in 0..2 {
        let request = served.request(Method::POST, "/tasks").header("Idempotency-Key", "once");
        Reply::of(request.json(&body(&receiver.url(), &json!({}))).send().await.unwrap()).await;
    }
    receiver.next().await;
    ended_delivery(&served).await;
    assert_eq!(served.get("/webhooks/deliveries").await.json["deliveries"].as_array().unwrap().len(), 3);
    assert!(receiver.is_empty());
    served.end().await;
}

async fn ended_while_waiting(served: &Served) -> String {
    let newest = served.get("/webhooks/deliveries?limit=1").await.json["deliveries"][0].clone();
    newest["status"].as_str().unwrap().to_owned()
}

async fn a_receiver_that_fails_is_tried_again_with_the_same_message(place: Place) {
    let served = telling_this_machine(place).await;
    let mut receiver = Receiver::saying([500, 503, 429, 408].map(Says::Status)).await;
    submit(&served, &receiver.url(), json!({})).await;
    let first = receiver.next().await;
    for _ in 0..4 {
        let again = receiver.next().await;
        assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(again.body, first.body);
        assert!(again.is_signed_with(&secret_of(&served)));
    }
    let delivery = ended_delivery(&served).await;
    assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("delivered"), &json!(5)), "{delivery}");
    let tries = delivery["tries"].as_array().unwrap();
    assert_eq!(tries.len(), 5, "{delivery}");
    assert_eq!(tries[1]["error"], "the receiver answered 503 Service Unavailable");
    assert_eq!(tries[4]["error"], Value::Null);
    served.end().await;
}

async fn a_receiver_that_wants_no_more_is_left_alone(place: Place) {
    let served = telling_this_machine(place).await;
    let mut elsewhere = Receiver::saying([]).await;
    let there = elsewhere.url();
    let script = [
        Says::Status(410),
        Says::Status(404),
        Says::Redirect(302, there.clone()),
        Says::Redirect(307, there),
    ];
    let mut receiver = Receiver::saying(script).await;
    for says in ["410 Gone", "404 Not Found", "302 Found", "307 Temporary Redirect"] {
        submit(&served, &receiver.url(), json!({})).await;
        receiver.next().await;
        let delivery = ended_delivery(&served).await;
        assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("failed"), &json!(1)), "{delivery}");
        assert!(delivery["error"].as_str().unwrap().contains(says), "{delivery}");
    }
    assert!(elsewhere.is_empty() && receiver.is_empty());
    served.end().await;
}

async fn a_message_can_be_sent_once_more(place: Place) {
    let served = telling_this_machine(place).await;
    let mut receiver = Receiver::saying([Says::Status(410)]).await;
    submit(&served, &receiver.url(), json!({})).await;
    let first = receiver.next().await;
    let delivery = ended_delivery(&served).await;
    let path = format!("/webhooks/deliveries/{}/replay", delivery["delivery_id"].as_str().unwrap());

    let reply = served.post(&path, &json!({})).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    assert_ne!(reply.json["delivery_id"], delivery["delivery_id"]);
    let again = receiver.next().await;
    assert_eq!((again.header("webhook-id"), &again.body), (first.header("webhook-id"), &first.body));
    assert_eq!(ended_delivery(&served).await["status"], "delivered");

    let task = submit(&served, &receiver.url(), json!({"gate": true})).await;
    let waiting = served.get("/webhooks/deliveries").await.json["deliveries"][0].clone();
    let path = format!("/webhooks/deliveries/{}/replay", waiting["delivery_id"].as_str().unwrap());
    assert_eq!((served.post(&path, &json!({})).await.status, &waiting["task_id"]), (409, &json!(task)));
    assert_eq!(served.get(&format!("/webhooks/deliveries/{task}")).await.status, 404);
    served.end().await;
}

async fn a_key_says_where_and_signs_with_its_own_secrets(place: Place) {
    let served = Served::telling(place, true, Hooks::to_loopback()).await;
    let mut receiver = Receiver::saying([]).await;
    let secret = Secret::fresh();
    let fresh = ApiKey::of(&secret, "bob".parse().unwrap(), Role::User, Utc::now());
    let older = fresh.webhooks.secrets[0].clone();
    let webhooks = KeyWebhooks { callback_url: Some(receiver.url()), ..fresh.webhooks.clone() };
    served.engine.keep_key(ApiKey { webhooks, ..fresh.clone() }).await.unwrap();
    let rotated = served.engine.rotate_webhook_secret(fresh.id).await.unwrap().unwrap();

    let request = served.anonymous(Method::POST, "/tasks").bearer_auth(secret.reveal());
    let reply = Reply::of(request.json(&json!({"task_type": "own"})).send().await.unwrap()).await;
    assert!([200, 202].contains(&reply.status), "{reply:?}");
    let got = receiver.next().await;
    assert_eq!(got.json()["data"]["user_id"], "bob");
    assert!(got.is_signed_with(&older) && got.is_signed_with(&rotated.webhooks.secrets[0]));
    assert!(!got.is_signed_with(&secret_of(&served)));

    // One from before there were webhooks cannot sign, and says so.
    let ancient = Secret::fresh();
    let key = ApiKey::of(&ancient, "ada".parse().unwrap(), Role::User, Utc::now());
    served.engine.keep_key(ApiKey { webhooks: KeyWebhooks::default(), ..key }).await.unwrap();
    let request = served.anonymous(Method::POST, "/tasks").bearer_auth(ancient.reveal());
    let reply = Reply::of(request.json(&body(&receiver.url(), &json!({}))).send().await.unwrap()).await;
    assert!(reply.status == 422 && reply.detail().contains("webhook-secret"), "{reply:?}");
    served.end().await;
}

async fn loopback_is_refused_in_every_spelling_at_submission(place: Place) {
    let served = Served::local(place).await;
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://127.0.0.1./",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost./",
        "http://LOCALHOST:8000/",
        "http://0/",
        "http://169.254.169.254/latest",
        "https://10.0.0.1/",
        "http://[fd00::1]/",
        "ftp://example.org/",
        "http://me:secret@example.org/",
        "example.org",
    ] {
        let reply = served.post("/tasks", &body(url, &json!({}))).await;
        assert_eq!((reply.status, &reply.json["field"]), (422, &json!("callback_url")), "{url}: {reply:?}");
        assert!(!reply.detail().contains("secret"), "{reply:?}");
    }
    let reply = served.post("/tasks", &body(&"x".repeat(3000), &json!({}))).await;
    assert!(reply.detail().contains("2048"), "{reply:?}");
    assert_eq!(served.get("/tasks").await.json["total"], 0, "nothing is kept");
    served.end().await;
}

/// Leads to the receiver first, and then where nobody may go.
#[derive(Debug)]
struct Rebinding {
    asked: AtomicUsize,
    then: Vec<IpAddr>,
}

impl Resolver for Rebinding {
    fn resolve(&self, name: String) -> Resolved {
        assert_eq!(name, "hooks.example.org");
        let is_first = self.asked.fetch_add(1, Ordering::SeqCst) == 0;
        let found = if is_first { vec![[127, 0, 0, 1].into()] } else { self.then.clone() };
        Box::pin(async move { Ok(found) })
    }
}

async fn a_name_that_leads_elsewhere_the_second_time_is_refused_then(place: Place) {
    // One good address does not make up for the other. Of what this machine has, 127.0.0.1 alone may be reached.
    let then: Vec<IpAddr> = vec![[127, 0, 0, 1].into(), [127, 0, 0, 2].into()];
    let resolver = Arc::new(Rebinding { asked: AtomicUsize::new(0), then });
    let hooks = Hooks { networks: Some("127.0.0.1"), resolver: Some(resolver.clone()), patience: None };
    let served = Served::telling(place, false, hooks).await;
    let mut receiver = Receiver::saying([Says::Status(500)]).await;
    let url = format!("http://hooks.example.org:{}/hook", receiver.address.port());
    submit(&served, &url, json!({})).await;

    assert_eq!(receiver.next().await.header("host"), url.split('/').nth(2).unwrap());
    let delivery = ended_delivery(&served).await;
    assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("failed"), &json!(2)), "{delivery}");
    assert!(delivery["error"].as_str().unwrap().contains("127.0.0.2 is loopback"), "{delivery}");
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 2, "asked anew at each try");
    assert!(receiver.is_empty());
    served.end().await;
}

async fn a_receiver_that_never_answers_is_given_up_and_tried_again(place: Place) {
    let hooks = Hooks { patience: Some(Duration::from_millis(300)), ..Hooks::to_loopback() };
    let served = Served::telling(place, false, hooks).await;
    let mut receiver = Receiver::saying([Says::Nothing]).await;
    submit(&served, &receiver.url(), json!({})).await;
    receiver.next().await;
    receiver.next().await;
    let delivery = ended_delivery(&served).await;
    assert_eq!(delivery["status"], "delivered", "{delivery}");
    assert_eq!(delivery["tries"][0]["error"], "the receiver did not answer in time");
    served.end().await;
}

async fn a_retried_task_tells_whoever_was_told_of_the_first(place: Place) {
    let served = telling_this_machine(place).await;
    let mut receiver = Receiver::saying([]).await;
    let first = submit(&served, &receiver.url(), json!({"fails": true})).await;
    receiver.next().await;
    let second = served.post(&format!("/tasks/{first}/retry"), &json!({})).await;
    assert_eq!(receiver.next().await.json()["data"]["task_id"], second.id());
    served.end().await;
}

/// A receiver that asks to be left alone for half an hour, as HTTP says it, and until when.
fn later() -> (Says, DateTime<Utc>) {
    let when = Utc::now() + TimeDelta::minutes(30);
    (Says::Later(503, when.format("%a, %d %b %Y %H:%M:%S GMT").to_string()), when)
}

/// The newest delivery once its first try has failed.
async fn put_off(served: &Served) -> Value {
    let newest = served.get("/webhooks/deliveries?limit=1").await.json["deliveries"][0].clone();
    let id = newest["delivery_id"].as_str().unwrap();
    let mut after = 0;
    loop {
        for event in served.engine.events(id.parse().unwrap(), after, PATIENCE).await.unwrap() {
            after = event.number;
            if event.attempt == 1 && event.status == TaskStatus::Pending {
                return served.get(&format!("/webhooks/deliveries/{id}")).await.json;
            }
        }
    }
}

async fn a_receiver_says_by_a_date_when_to_come_again(place: Place) {
    let served = telling_this_machine(place).await;
    let (says, when) = later();
    let receiver = Receiver::saying([says]).await;
    submit(&served, &receiver.url(), json!({})).await;
    let delivery = put_off(&served).await;
    let next: DateTime<Utc> = delivery["next_attempt_at"].as_str().unwrap().parse().unwrap();
    assert!((when - TimeDelta::seconds(2)..when + TimeDelta::minutes(10)).contains(&next), "{delivery}");
    served.end().await;
}

async fn deliveries_are_listed_by_where_they_stand(place: Place) {
    let served = telling_this_machine(place).await;
    let mut receiver =
        Receiver::saying([Says::Status(204), Says::Status(410), Says::Status(204), later().0]).await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        tasks.push(submit(&served, &receiver.url(), json!({})).await);
        receiver.next().await;
        ended_delivery(&served).await;
    }
    tasks.push(submit(&served, &receiver.url(), json!({})).await);
    put_off(&served).await;
    for _ in 0..2 {
        tasks.push(submit(&served, &receiver.url(), json!({"gate": true})).await);
    }

    for (word, expected) in [
        ("delivered", &[2, 0][..]),
        ("failed", &[1]),
        ("pending", &[3]),
        ("running", &[]),
        ("waiting", &[5, 4]),
    ] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = served.get(&format!("/webhooks/deliveries?status={word}&limit=1{cursor}")).await.json;
            let deliveries = page["deliveries"].as_array().unwrap().iter();
            found.extend(deliveries.map(|delivery| delivery["task_id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, expected.iter().map(|index| tasks[*index].clone()).collect::<Vec<_>>(), "{word}");
    }
    let reply = served.get("/webhooks/deliveries?status=lost").await;
    assert_eq!((reply.status, &reply.json["field"]), (422, &json!("status")), "{reply:?}");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_between_the_end_of_a_task_and_its_delivery_loses_nothing() {
    let mut served = telling_this_machine(Place::File).await;
    let mut receiver = Receiver::saying([Says::Nothing]).await;
    let id = submit(&served, &receiver.url(), json!({})).await;
    let first = receiver.next().await;

    served = served.restart().await;
    let again = receiver.next().await;
    assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
    assert_eq!(again.json()["data"]["task_id"], json!(id));
    assert!(again.is_signed_with(&secret_of(&served)));
    let delivery = ended_delivery(&served).await;
    assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("delivered"), &json!(1)), "{delivery}");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_signed_by_the_workspace_root_that_it_was_asked_for_in_whoever_runs_the_task() {
    let first = telling_this_machine(Place::File).await;
    let mut receiver = Receiver::saying([]).await;
    let id = submit(&first, &receiver.url(), json!({"gate": true})).await;
    let other = first.neighbour().await;
    let (secret, of_other) = (secret_of(&first), secret_of(&other));
    let kept = first.end().await;

    // It has what the first gave back, and does not deliver what it could not sign.
    other.own.gate.add_permits(1);
    assert_eq!(other.ended(&id).await["status"], "completed");
    assert_eq!(other.get("/webhooks/deliveries").await.json["deliveries"][0]["status"], "pending");
    let again = Served::again(kept, Hooks::to_loopback()).await;

    let got = receiver.next().await;
    assert!(got.is_signed_with(&secret) && !got.is_signed_with(&of_other));
    assert_eq!(got.json()["data"]["task_id"], id);

    // To send it once more is the work of whoever is asked to.
    assert_eq!(ended_delivery(&again).await["status"], "delivered");
    let delivery = other.get("/webhooks/deliveries").await.json["deliveries"][0].clone();
    let path = format!("/webhooks/deliveries/{}/replay", delivery["delivery_id"].as_str().unwrap());
    assert_eq!(other.post(&path, &json!({})).await.status, 202);
    assert!(receiver.next().await.is_signed_with(&of_other));
    other.end().await;
    again.end().await;
}

#[tokio::test]
async fn a_plan_whose_end_is_told_is_kept_as_long_as_it_is_tried_to_tell() {
    let served = telling_this_machine(Place::Memory).await;
    let receiver = Receiver::saying([]).await;
    let mut plan = json!({"task_type": "plan_generation", "payload": {"requirement": "a shop"}});
    let retention = async |id: &str| {
        let task = served.engine.get(id.parse().unwrap()).await.unwrap();
        Duration::from_secs_f64(task.new.retention_seconds)
    };

    let alone = served.post("/tasks", &plan).await;
    plan["callback_url"] = receiver.url().into();
    let told = served.post("/tasks", &plan).await;

    assert_eq!(retention(alone.id()).await, Duration::from_hours(1));
    assert_eq!(retention(told.id()).await, Duration::from_hours(24));
    served.end().await;
}
