//! A client that follows all of its tasks and takes nothing: it is dropped, goes on where it was, and is in nobody's way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use _core::server::{Entry, Service, ServiceOptions};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;

use super::events::Stream;
use super::served::{PATIENCE, Place, Served};

on_both_stores! {
    a_follower_of_all_that_takes_nothing_is_dropped_and_goes_on_without_loss,
}

const PATH: &str = "/api/v1/events";

/// A second service on the same engine, which bears a client that takes nothing only for a moment.
async fn hasty(served: &Served) -> Service {
    let service = Service::bind(ServiceOptions {
        engine: Arc::clone(&served.engine),
        settings: served.settings(),
        location: served.location.clone(),
        address: "127.0.0.1:0".parse().unwrap(),
        entry: Entry::Local(served.token.clone()),
        hosts: Vec::new(),
    });
    service.await.unwrap().bearing_stalls(Duration::from_millis(300))
}

/// A stream of which nothing was read but how it begins.
async fn begun(address: SocketAddr, served: &Served) -> (TcpStream, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(address).await.unwrap();
    let key = served.token.reveal();
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    while !text.contains("data: ") {
        let byte = tokio::time::timeout(PATIENCE, socket.read_u8()).await.unwrap().unwrap();
        text.push(char::from(byte));
    }
    (socket, text)
}

/// The events that stand whole in what came over a socket, piece by piece as HTTP cuts it.
fn events_in(raw: &str) -> Vec<Value> {
    let (_, mut rest) = raw.split_once("\r\n\r\n").unwrap();
    let mut text = String::new();
    while let Some((size, after)) = rest.split_once("\r\n")
        && let Ok(size) = usize::from_str_radix(size, 16)
        && let Some(piece) = after.get(..size)
    {
        text.push_str(piece);
        rest = after.get(size + 2..).unwrap_or_default();
    }
    let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
    let data =
        whole.split("\n\n").filter_map(|block| block.lines().find_map(|line| line.strip_prefix("data: ")));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

/// Waits until no stream of a service is open any more.
async fn is_left(service: SocketAddr, served: &Served) {
    let client = super::served::client();
    let watch = async {
        loop {
            let request = client.get(format!("http://{service}/metrics")).bearer_auth(served.token.reveal());
            if request.send().await.unwrap().text().await.unwrap().contains("otg_event_streams 0") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, watch).await.expect("it is dropped");
}

async fn a_follower_of_all_that_takes_nothing_is_dropped_and_goes_on_without_loss(place: Place) {
    let served = Served::local(place).await;
    let service = hasty(&served).await;
    let (address, stop) = (service.address(), CancellationToken::new());
    let running = tokio::spawn(service.run(stop.clone().cancelled_owned()));
    let (mut socket, head) = begun(address, &served).await;
    let open = head.split("id: ").nth(1).and_then(|rest| rest.lines().next()).unwrap().to_owned();
    let mut reader = Stream::open_at(&served, PATH, Some(&open)).await;

    // More than fits between a service and a client that reads nothing.
    served.submit(json!({"lines": 900})).await;
    let mut all = Vec::new();
    while all.last().is_none_or(|data: &Value| data["status"] != "completed") {
        all.push(reader.next_of_any().await.expect("nobody holds it up").2);
    }
    is_left(address, &served).await;
    let mut raw = head.into_bytes();
    // What was sent before is still to be had; then the connection is broken off.
    let _ = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut raw)).await.expect("it is at an end");
    let mut seen = events_in(&String::from_utf8_lossy(&raw));
    assert!(seen.len() > 1 && seen.len() < all.len(), "{} of {}", seen.len(), all.len());

    let last = seen.last().unwrap()["id"].as_str().unwrap().to_owned();
    let mut again = Stream::open_at(&served, PATH, Some(&last)).await;
    assert_eq!(again.next_of_any().await.unwrap().1, "open");
    while seen.len() < all.len() {
        seen.push(again.next_of_any().await.expect("goes on").2);
    }
    assert_eq!(seen, all);
    stop.cancel();
    running.await.unwrap();
    served.end().await;
}
