//! Many streams, slow ones, and what becomes of them when the service ends.

use std::time::Duration;

use _core::access::Role;
use _core::task::TaskStatus;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::events::Stream;
use super::served::{PATIENCE, Place, Served};

on_both_stores! {
    a_thousand_idle_streams_are_in_nobodys_way,
    a_client_that_reads_nothing_holds_up_nobody,
    a_stream_ends_with_the_service,
}

/// A stream of a task, of which nothing but its head was read.
async fn unread(served: &Served, id: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(served.address).await.unwrap();
    let request = format!(
        "GET /tasks/{id}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
        served.token.reveal()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 15];
    tokio::time::timeout(PATIENCE, socket.read_exact(&mut head)).await.unwrap().unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    socket
}

async fn a_thousand_idle_streams_are_in_nobodys_way(place: Place) {
    let served = Served::local(place).await;
    let idle = served.submit(json!({"gate": true})).await;
    let mut sockets = Vec::new();
    for _ in 0..1000 {
        sockets.push(unread(&served, &idle).await);
    }
    let open = served.get("/metrics").await.json.as_str().unwrap().to_owned();
    assert!(open.contains("otg_event_streams 1000"), "{open}");

    let id = served.submit(json!({})).await;
    assert_eq!(served.ended(&id).await["status"], "completed");
    served.own.gate.add_permits(1);
    for mut socket in sockets {
        let mut text = String::new();
        while !text.contains("\"completed\"") {
            let mut part = [0; 4096];
            let read = tokio::time::timeout(PATIENCE, socket.read(&mut part)).await.unwrap().unwrap();
            assert_ne!(read, 0, "the stream ended early: {text}");
            text.push_str(&String::from_utf8_lossy(&part[..read]));
        }
    }
    served.end().await;
}

async fn a_client_that_reads_nothing_holds_up_nobody(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true, "lines": 900})).await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        sockets.push(unread(&served, &id).await);
    }
    // More than fits between a service and a client that reads nothing.
    let mut reader = Stream::open(&served, &id, None).await;
    served.own.gate.add_permits(1);
    let events = reader.rest().await;
    assert!(events.iter().map(|(.., data)| data.to_string().len()).sum::<usize>() > 7_000_000);
    assert_eq!(events.last().unwrap().2["status"], "completed");

    // Whoever was slow goes on where they like, and is no reason to wait at the end.
    let last = events[events.len() - 3].0;
    assert_eq!(Stream::open(&served, &id, Some(last)).await.rest().await.len(), 2);
    served.end().await;
    drop(sockets);
}

async fn a_stream_ends_with_the_service(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true})).await;
    served.runs(&id).await;
    let mut stream = Stream::open(&served, &id, None).await;
    assert_eq!(stream.next().await.unwrap().0, 1);
    served.ask_to_end();
    stream.rest().await;
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_go_on_after_a_restart_without_loss_or_repetition() {
    let mut served = Served::local(Place::File).await;
    let id = served.submit(json!({"gate": true})).await;
    served.runs(&id).await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let mut stream = Stream::open(&served, &id, seen.last().copied()).await;
        seen.push(stream.next().await.unwrap().0);
        served.ask_to_end();
        seen.extend(stream.rest().await.into_iter().map(|(number, ..)| number));
        // The task goes back to the queue, and runs again.
        served = served.restart().await;
        served.runs(&id).await;
    }
    let mut stream = Stream::open(&served, &id, seen.last().copied()).await;
    served.own.gate.add_permits(1);
    let rest = stream.rest().await;
    assert_eq!(rest.last().unwrap().2["status"], "completed");
    seen.extend(rest.into_iter().map(|(number, ..)| number));
    assert_eq!(seen, (1..=seen.len() as u64).collect::<Vec<_>>());
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_a_revoked_key_ends_though_it_never_rests() {
    let served = Served::with_keys(Place::Memory).await;
    let same = served.key("ada", Role::User).await;
    let submit = async || {
        let request = served.anonymous(Method::POST, "/tasks").bearer_auth(same.reveal());
        let sent = request.json(&json!({"task_type": "own", "payload": {}})).send().await.unwrap();
        assert_eq!(sent.status(), 202);
    };
    let request = served.request(Method::GET, "/events").header("Accept", "text/event-stream");
    let mut stream = request.send().await.unwrap();
    served.engine.revoke_key(served.token.id().to_owned()).await.unwrap();

    // Something of its user's happens all the time.
    let ended = async {
        loop {
            tokio::select! {
                part = stream.chunk() => if part.unwrap().is_none() { return },
                () = submit() => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.expect("it ends");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_a_revoked_key_ends_by_itself() {
    let served = Served::with_keys(Place::Memory).await;
    let id = served.submit(json!({"gate": true})).await;
    let mut stream = Stream::open(&served, &id, None).await;
    served.runs(&id).await;
    served.engine.revoke_key(served.token.id().to_owned()).await.unwrap();
    // At its next sign of life.
    tokio::time::timeout(PATIENCE, stream.rest()).await.unwrap();
    let task = served.engine.get(id.parse().unwrap()).await.unwrap();
    assert_eq!(task.status(), TaskStatus::Running, "the stream did not end with its task");
    let refused = served.request(Method::GET, "/tasks").timeout(Duration::from_mins(1)).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    served.end().await;
}
