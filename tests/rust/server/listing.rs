//! Pages of tasks over HTTP.

use serde_json::json;

use super::served::{Place, Reply, Served};

on_both_stores! {
    pages_go_from_the_newest_to_the_oldest,
    what_waits_for_a_worker_is_pending,
    filters_and_their_counts_agree,
    a_filter_that_makes_no_sense_is_refused,
}

fn ids(reply: &Reply) -> Vec<String> {
    let tasks = reply.json["tasks"].as_array().unwrap_or_else(|| panic!("{reply:?}"));
    tasks.iter().map(|task| task["task_id"].as_str().unwrap().to_owned()).collect()
}

async fn pages_go_from_the_newest_to_the_oldest(place: Place) {
    let served = Served::local(place).await;
    let mut submitted = Vec::new();
    for _ in 0..7 {
        submitted.insert(0, served.submit(json!({})).await);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let reply = served.get(&format!("/api/v1/tasks?limit=3{cursor}")).await;
        assert_eq!(reply.json["total"], 7);
        seen.extend(ids(&reply));
        match reply.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, submitted);
    served.end().await;
}

async fn what_waits_for_a_worker_is_pending(place: Place) {
    let served = Served::local(place).await;
    // Four workers, and all of them stand at the gate.
    let mut all = Vec::new();
    for _ in 0..4 {
        let id = served.submit(json!({"gate": true})).await;
        served.runs(&id).await;
        all.insert(0, id);
    }
    let queued = served.submit(json!({"gate": true})).await;
    let body = json!({"task_type": "own", "run_at": "2031-01-31T08:00:00+01:00"});
    let put_off = served.post("/api/v1/tasks", &body).await.id().to_owned();

    let pending = served.get("/api/v1/tasks/?status=pending").await;
    assert_eq!(ids(&pending), [put_off.clone(), queued.clone()]);
    assert_eq!(pending.json["total"], 2);
    assert!(pending.json["tasks"].as_array().unwrap().iter().all(|task| task["status"] == "pending"));

    let first = served.get("/api/v1/tasks/?status=pending&limit=1").await;
    assert_eq!(ids(&first), [put_off]);
    let cursor = first.json["next_cursor"].as_str().unwrap().to_owned();
    let second = served.get(&format!("/api/v1/tasks/?status=pending&limit=1&cursor={cursor}")).await;
    assert_eq!((ids(&second), &second.json["next_cursor"]), (vec![queued], &json!(null)));
    assert_eq!(ids(&served.get("/api/v1/tasks/?status=running").await), all);
    served.end().await;
}

async fn filters_and_their_counts_agree(place: Place) {
    let served = Served::local(place).await;
    let good = served.submit(json!({})).await;
    let bad = served.submit(json!({"fails": true})).await;
    let (good_now, bad_now) = (served.ended(&good).await, served.ended(&bad).await);
    let tests = json!({"task_type": "generate_tests", "payload": {"module_path": "a.py"}});
    let tests = served.post("/api/v1/tasks", &tests).await.id().to_owned();

    for (query, expected) in [
        ("task_type=own", vec![&bad, &good]),
        ("task_type=own&status=failed", vec![&bad]),
        ("status=completed", vec![&good]),
        ("task_type=generate_tests&status=pending", vec![&tests]),
        ("task_type=generate_tests&status=failed", vec![]),
        ("task_type=coverage_analysis", vec![]),
    ] {
        let reply = served.get(&format!("/api/v1/tasks?{query}")).await;
        assert_eq!(ids(&reply).iter().collect::<Vec<_>>(), expected, "{query}");
        assert_eq!(reply.json["total"], expected.len(), "{query}");
    }
    // A page shows a task as it is shown alone.
    let page = served.get("/api/v1/tasks?task_type=own").await.json;
    assert_eq!(page["tasks"], json!([bad_now, good_now]));
    served.end().await;
}

async fn a_filter_that_makes_no_sense_is_refused(place: Place) {
    let served = Served::local(place).await;
    for (query, field) in [
        ("status=queued", "status"),
        ("status=done", "status"),
        ("task_type=No", "task_type"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("cursor=here", "cursor"),
        ("owner=bob", "owner"),
        ("limit=1&limit=2", "limit"),
    ] {
        let reply = served.get(&format!("/api/v1/tasks?{query}")).await;
        assert_eq!((reply.status, &reply.json["field"]), (422, &json!(field)), "{query}: {reply:?}");
    }
    served.end().await;
}
