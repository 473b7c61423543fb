//! How the service ends.

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::served::{Place, Reply, Served};

on_both_stores! {
    whoever_waits_for_an_answer_gets_one,
    a_client_that_never_ends_its_request_holds_up_nothing,
}

async fn whoever_waits_for_an_answer_gets_one(place: Place) {
    let served = Served::local(place).await;
    let id = served.submit(json!({"gate": true})).await;
    served.runs(&id).await;
    let request = served.request(reqwest::Method::GET, &format!("/tasks/{id}")).header("Prefer", "wait=50");
    let waiting = tokio::spawn(request.send());
    served.ask_to_end();

    // Whatever came first, it is an answer or a closed door, and no silence.
    if let Ok(response) = waiting.await.unwrap() {
        assert_eq!(Reply::of(response).await.json["status"], "running");
    }
    served.end().await;
}

async fn a_client_that_never_ends_its_request_holds_up_nothing(place: Place) {
    let served = Served::local(place).await;
    let mut socket = TcpStream::connect(served.address).await.unwrap();
    socket
        .write_all(b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        .await
        .unwrap();
    served.end().await;
    drop(socket);
}
