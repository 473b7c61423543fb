//! What happens to a task, as it happens: server-sent events and sockets.

use futures_util::StreamExt as _;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::served::{PATIENCE, Place, Served};

on_both_stores! {
    a_stream_tells_everything_and_ends_with_the_task,
    a_stream_goes_on_where_the_last_one_broke_off,
    whoever_knows_everything_is_told_so,
    a_socket_tells_the_same,
    a_socket_goes_on_too,
    where_to_go_on_must_be_a_number,
}

/// Reads the events of a stream.
pub(super) struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    pub(super) async fn open(served: &Served, id: &str, last: Option<u64>) -> Self {
        let last = last.map(|last| last.to_string());
        Self::open_at(served, &format!("/api/v1/tasks/{id}/events"), last.as_deref()).await
    }

    /// A stream of any path.
    pub(super) async fn open_at(served: &Served, path: &str, last: Option<&str>) -> Self {
        let mut request = served.request(Method::GET, path);
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        Self::of(request.send().await.unwrap())
    }

    pub(super) fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event: its number, its name and what it tells; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<(u64, String, Value)> {
        let (id, name, data) = self.next_of_any().await?;
        Some((id.parse().unwrap(), name, data))
    }

    /// The same of a stream whose ids are no numbers.
    pub(super) async fn next_of_any(&mut self) -> Option<(String, String, Value)> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if let Some(event) = event_of(&block) {
                    return Some(event);
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("a sign of life");
            let is_ours = chunk.as_ref().is_err_and(reqwest::Error::is_timeout);
            assert!(!is_ours, "the stream does not end");
            self.text.push_str(std::str::from_utf8(&chunk.ok()??).unwrap());
        }
    }

    /// All events up to the end.
    pub(super) async fn rest(&mut self) -> Vec<(u64, String, Value)> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn event_of(block: &str) -> Option<(String, String, Value)> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let data = serde_json::from_str(field("data")?).unwrap();
    Some((field("id")?.to_owned(), field("event")?.to_owned(), data))
}

fn numbers(events: &[(u64, String, Value)]) -> Vec<u64> {
    events.iter().map(|(number, ..)| *number).collect()
}

async fn a_stream_tells_everything_and_ends_with_the_task(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true})).await;
    let mut stream = Stream::open(&served, &id, None).await;
    let first = stream.next().await.unwrap();
    assert_eq!((first.0, &*first.1, &first.2["status"]), (1, "status", &json!("pending")));
    served.runs(&id).await;
    served.own.gate.add_permits(1);

    let events = stream.rest().await;

    assert_eq!(numbers(&events), (2..2 + events.len() as u64).collect::<Vec<_>>());
    let named = |name: &str| events.iter().find(|(_, event, _)| event == name).map(|(.., data)| data);
    assert_eq!(named("log").unwrap()["message"], "a line");
    // In the words of the task itself.
    let half = json!({"current_step": "half of it", "total_steps": 2, "percentage": 50});
    assert_eq!(named("progress").unwrap()["progress"], half);
    assert!(first.2["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{first:?}");
    assert_eq!(events.last().unwrap().2["status"], "completed");
    served.end().await;
}

async fn a_stream_goes_on_where_the_last_one_broke_off(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({})).await;
    served.ended(&id).await;
    let all = Stream::open(&served, &id, None).await.rest().await;

    for last in 0..all.len() as u64 {
        let rest = Stream::open(&served, &id, Some(last)).await.rest().await;
        assert_eq!(rest, all[usize::try_from(last).unwrap()..]);
    }
    served.end().await;
}

async fn whoever_knows_everything_is_told_so(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({})).await;
    served.ended(&id).await;
    let last = numbers(&Stream::open(&served, &id, None).await.rest().await).pop().unwrap();
    let path = format!("/api/v1/tasks/{id}/events?after={last}");
    assert_eq!(served.get(&path).await.status, 204);
    // A browser that comes again asks for the address that it began with: its header stands above it.
    let again = served.request(Method::GET, &format!("/api/v1/tasks/{id}/events?after=0"));
    assert_eq!(again.header("Last-Event-ID", last).send().await.unwrap().status(), 204);
    served.end().await;
}

/// The texts of a socket up to its end, and how it ended.
async fn over_socket(served: &Served, path: &str) -> (Vec<Value>, u16) {
    let (texts, code) = read_socket(served, path, |_| false).await;
    (texts, code.expect("it ends"))
}

/// The texts of a socket up to one that a test waits for.
pub(super) async fn over_socket_until(
    served: &Served,
    path: &str,
    is_last: impl Fn(&Value) -> bool,
) -> Vec<Value> {
    read_socket(served, path, is_last).await.0
}

async fn read_socket(
    served: &Served,
    path: &str,
    is_last: impl Fn(&Value) -> bool,
) -> (Vec<Value>, Option<u16>) {
    let mut request = format!("ws://{}{path}", served.address).into_client_request().unwrap();
    let bearer = format!("Bearer {}", served.token.reveal());
    request.headers_mut().insert("authorization", bearer.parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let mut texts: Vec<Value> = Vec::new();
    while !texts.last().is_some_and(&is_last) {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await.expect("a sign of life");
        match message.unwrap().unwrap() {
            Message::Text(text) => texts.push(serde_json::from_str(&text).unwrap()),
            Message::Close(frame) => return (texts, Some(frame.unwrap().code.into())),
            _ => {}
        }
    }
    (texts, None)
}

async fn a_socket_tells_the_same(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({})).await;

    let (texts, code) = over_socket(&served, &format!("/tasks/{id}/events")).await;

    let events = Stream::open(&served, &id, None).await.rest().await;
    assert_eq!(texts, events.into_iter().map(|(.., data)| data).collect::<Vec<_>>());
    assert_eq!(code, 1000);
    served.end().await;
}

async fn a_socket_goes_on_too(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({})).await;
    let (all, _) = over_socket(&served, &format!("/tasks/{id}/events")).await;
    let (rest, code) = over_socket(&served, &format!("/tasks/{id}/events?after=2")).await;
    assert_eq!((&rest[..], code), (&all[2..], 1000));
    served.end().await;
}

async fn where_to_go_on_must_be_a_number(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({})).await;
    let reply = served.get(&format!("/tasks/{id}/events?after=-1")).await;
    assert_eq!((reply.status, &reply.json["field"]), (422, &json!("after")));
    // What the header stands above must hold too.
    let both =
        served.request(Method::GET, &format!("/tasks/{id}/events?after=x")).header("Last-Event-ID", "1");
    assert_eq!(both.send().await.unwrap().status(), 422);
    served.end().await;
}
