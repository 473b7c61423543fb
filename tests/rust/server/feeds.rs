//! What happens to all of one's own tasks, over server-sent events and sockets.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::events::{Stream, over_socket_until};
use super::served::{Place, Served};

on_both_stores! {
    a_feed_begins_now_and_tells_of_new_tasks,
    a_socket_tells_the_same_and_goes_on,
    an_id_of_which_nothing_is_known_is_gone,
    an_id_of_a_store_that_was_there_before_is_gone,
}

const PATH: &str = "/api/v1/events";

/// What a stream tells until so many tasks have completed; each with its id.
async fn until_completed(stream: &mut Stream, tasks: usize) -> Vec<(String, Value)> {
    let mut told = Vec::new();
    while told.iter().filter(|(_, data): &&(String, Value)| data["status"] == "completed").count() < tasks {
        let (id, name, data) = stream.next_of_any().await.expect("goes on");
        assert_eq!((data["event"].as_str(), data["id"].as_str()), (Some(&*name), Some(&*id)));
        told.push((id, data));
    }
    told
}

async fn a_feed_begins_now_and_tells_of_new_tasks(place: Place) {
    let served = Served::local(place).await;
    let before = served.submit(json!({})).await;
    served.ended(&before).await;
    let mut stream = Stream::open_at(&served, PATH, None).await;
    assert_eq!(stream.next_of_any().await.unwrap().1, "open");
    let id = served.submit(json!({})).await;

    let told = until_completed(&mut stream, 1).await;

    assert!(told.iter().all(|(_, data)| data["task_id"] == *id), "{told:?}");
    let mut of_task = Stream::open(&served, &id, None).await.rest().await.into_iter();
    for (_, data) in told {
        let (number, _, alone) = of_task.next().unwrap();
        assert_eq!((&data["number"], &data["time"]), (&json!(number), &alone["time"]));
    }
    assert_eq!(of_task.next(), None);
    served.end().await;
}

async fn a_socket_tells_the_same_and_goes_on(place: Place) {
    let served = Served::local(place).await;
    let mut stream = Stream::open_at(&served, PATH, None).await;
    let begin = stream.next_of_any().await.unwrap().0;
    for _ in 0..2 {
        served.submit(json!({})).await;
    }
    let told = until_completed(&mut stream, 2).await;
    let (middle, last) = (told.len() / 2, &told.last().unwrap().0);
    for (after, rest) in [(&begin, &told[..]), (&told[middle].0, &told[middle + 1..])] {
        let path = format!("{PATH}?after={after}");
        let texts = over_socket_until(&served, &path, |text| text["id"] == **last).await;
        assert_eq!((&texts[0]["event"], &texts[0]["id"]), (&json!("open"), &json!(after)));
        assert_eq!(texts[1..], rest.iter().map(|(_, data)| data.clone()).collect::<Vec<_>>());
    }
    served.end().await;
}

async fn an_id_of_which_nothing_is_known_is_gone(place: Place) {
    let served = Served::local(place).await;
    let reply = served.get(&format!("{PATH}?after=7-1000000")).await;
    assert_eq!(reply.status, 410);
    assert!(reply.detail().contains("list your tasks anew"), "{reply:?}");
    for wrong in ["7", "-1-2", "1-+2", "1-99999999999999999999"] {
        let request = served.request(Method::GET, PATH).header("Last-Event-ID", wrong);
        assert_eq!(request.send().await.unwrap().status(), 422, "{wrong}");
    }
    served.end().await;
}

async fn an_id_of_a_store_that_was_there_before_is_gone(place: Place) {
    let mut before: Vec<String> = Vec::new();
    for tasks in [1, 3] {
        let served = Served::local(place).await;
        let mut stream = Stream::open_at(&served, PATH, None).await;
        let begin = stream.next_of_any().await.unwrap().0;
        for _ in 0..tasks {
            served.submit(json!({})).await;
        }
        let told = until_completed(&mut stream, tasks).await;
        for id in before.drain(..) {
            assert_eq!(served.get(&format!("{PATH}?after={id}")).await.status, 410, "{id}");
        }
        before.extend([begin].into_iter().chain(told.into_iter().map(|(id, _)| id)));
        served.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_go_on_after_a_restart_without_loss_or_repetition() {
    let mut served = Served::local(Place::File).await;
    let mut stream = Stream::open_at(&served, PATH, None).await;
    let mut last = stream.next_of_any().await.unwrap().0;
    let mut numbers: HashMap<String, Vec<u64>> = HashMap::new();
    for _ in 0..2 {
        // Nobody is told of all of it before the service ends.
        for _ in 0..3 {
            served.submit(json!({"gate": true})).await;
        }
        let mut note = |(id, _, data): (String, String, Value)| {
            if data["event"] != "open" {
                let task = data["task_id"].as_str().unwrap().to_owned();
                numbers.entry(task).or_default().push(data["number"].as_u64().unwrap());
            }
            last = id;
        };
        note(stream.next_of_any().await.unwrap());
        served.ask_to_end();
        while let Some(told) = stream.next_of_any().await {
            note(told);
        }
        served = served.restart().await;
        stream = Stream::open_at(&served, PATH, Some(&last)).await;
    }
    served.own.gate.add_permits(6);
    for (_, data) in until_completed(&mut stream, 6).await {
        if data["event"] != "open" {
            let task = data["task_id"].as_str().unwrap().to_owned();
            numbers.entry(task).or_default().push(data["number"].as_u64().unwrap());
        }
    }
    assert_eq!(numbers.len(), 6);
    for (task, numbers) in numbers {
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "{task}");
        assert_eq!(Stream::open(&served, &task, None).await.rest().await.len(), numbers.len());
    }
    served.end().await;
}
