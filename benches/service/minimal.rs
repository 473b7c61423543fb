//! What does HTTP cost by itself? A service of one route that reads a JSON body and answers it, the measure for ours.
//! Prints its address, and serves until its standard input ends.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a program that measures")]

use std::future::IntoFuture as _;

use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;

#[tokio::main]
async fn main() {
    let routes = Router::new().route("/", post(async |Json(body): Json<Value>| Json(body)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    tokio::select! {
        _ = axum::serve(listener, routes).into_future() => {}
        _ = tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin())) => {}
    }
}
