//! The tools of an agent over lines, as over standard input and output.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use _core::server::converse;
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::served::{PATIENCE, Place, Served};

on_both_stores! {
    whoever_speaks_in_lines_is_the_one_user_of_the_machine,
    what_is_no_message_is_passed_over,
    the_end_of_what_comes_in_is_the_end,
    an_end_within_a_message_is_the_end_too,
    a_sign_to_stop_is_the_end,
    whoever_reads_no_answers_is_not_heard_until_it_does,
    whoever_reads_no_answers_keeps_nobody_from_stopping,
}

/// After so long without a move the other end is taken for stuck.
const STILL: Duration = Duration::from_secs(2);

/// An agent that talks to the engine of a service.
struct Agent {
    write: WriteHalf<DuplexStream>,
    read: Lines<BufReader<ReadHalf<DuplexStream>>>,
    stop: CancellationToken,
    conversing: JoinHandle<()>,
}

impl Agent {
    fn of(served: &Served) -> Self {
        let (near, far) = tokio::io::duplex(4096);
        let stop = CancellationToken::new();
        let place = (Arc::clone(&served.engine), served.settings(), served.location.clone());
        let conversing = tokio::spawn(converse(place, tokio::io::split(far), stop.clone()));
        let (read, write) = tokio::io::split(near);
        Self { write, read: BufReader::new(read).lines(), stop, conversing }
    }

    async fn say(&mut self, line: &str) {
        self.write.write_all(line.as_bytes()).await.unwrap();
    }

    /// What is answered to a request.
    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.say(&format!("{}\n", json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})))
            .await;
        self.next().await
    }

    async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.read.next_line()).await.expect("is answered");
        serde_json::from_str(&line.unwrap().expect("goes on")).unwrap()
    }

    /// Closes its end, and waits for the other.
    async fn close(mut self) {
        self.write.shutdown().await.unwrap();
        self.ends().await;
    }

    async fn ends(self) {
        tokio::time::timeout(PATIENCE, self.conversing).await.expect("ends").unwrap();
    }
}

async fn whoever_speaks_in_lines_is_the_one_user_of_the_machine(place: Place) {
    let served = Served::local(place).await;
    let mut agent = Agent::of(&served);
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    assert_eq!(agent.ask("initialize", hello).await["result"]["protocolVersion"], "2025-06-18");
    agent.say("{\"jsonrpc\": \"2.0\", \"method\": \"notifications/initialized\"}\n").await;
    let call = json!({"name": "submit_test_generation", "arguments": {"module_path": "src/a.py"}});
    let result = agent.ask("tools/call", call).await["result"].clone();
    let id = result["structuredContent"]["task_id"].as_str().unwrap_or_else(|| panic!("{result}"));
    assert_eq!(served.get(&format!("/api/v1/tasks/{id}")).await.json["user_id"], "local");
    agent.close().await;
    served.end().await;
}

async fn what_is_no_message_is_passed_over(place: Place) {
    let served = Served::local(place).await;
    let mut agent = Agent::of(&served);
    for noise in ["this is no JSON\n", "{\"jsonrpc\": \"2.0\", \"id\": 1, \"meth\n", "\n", "\u{0}\n"] {
        agent.say(noise).await;
        assert_eq!(agent.ask("ping", json!({})).await["result"], json!({}), "{noise:?}");
    }
    // JSON that is no message is told so, under no id.
    agent.say("[1, 2]\n").await;
    assert_eq!(agent.next().await["error"]["code"], -32600);
    let large = json!({"name": "get_task_status", "arguments": {"task_id": "x".repeat(2 << 20)}});
    let refused = agent.ask("tools/call", large).await;
    assert_eq!(refused["result"]["isError"], true, "{refused}");
    agent.close().await;
    served.end().await;
}

async fn the_end_of_what_comes_in_is_the_end(place: Place) {
    let served = Served::local(place).await;
    let mut agent = Agent::of(&served);
    let request =
        json!({"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": "list_tasks"}});
    agent.say(&format!("{request}\n")).await;
    agent.write.shutdown().await.unwrap();
    // What was asked is answered first.
    assert_eq!(agent.next().await["result"]["structuredContent"]["total"], 0);
    agent.ends().await;
    served.end().await;
}

async fn an_end_within_a_message_is_the_end_too(place: Place) {
    let served = Served::local(place).await;
    let mut agent = Agent::of(&served);
    agent.say("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"pi").await;
    agent.close().await;
    served.end().await;
}

async fn a_sign_to_stop_is_the_end(place: Place) {
    let served = Served::local(place).await;
    let mut agent = Agent::of(&served);
    assert_eq!(agent.ask("ping", json!({})).await["result"], json!({}));
    agent.stop.cancel();
    agent.ends().await;
    served.end().await;
}

/// A request for the tools, which is answered with more than it says.
fn list(id: u64) -> String {
    format!("{}\n", json!({"jsonrpc": "2.0", "id": id, "method": "tools/list"}))
}

async fn whoever_reads_no_answers_is_not_heard_until_it_does(place: Place) {
    const REQUESTS: u64 = 1_000;
    let served = Served::local(place).await;
    let Agent { mut write, mut read, stop, conversing } = Agent::of(&served);
    let mut saying = tokio::spawn(async move {
        for id in 1..=REQUESTS {
            write.write_all(list(id).as_bytes()).await.unwrap();
        }
        write
    });
    tokio::time::timeout(STILL, &mut saying).await.expect_err("all was heard, and is kept");

    let mut answered = HashSet::new();
    for _ in 1..=REQUESTS {
        let line = tokio::time::timeout(PATIENCE, read.next_line()).await.expect("is answered");
        let answer: Value = serde_json::from_str(&line.unwrap().expect("goes on")).unwrap();
        assert!(answer["result"]["tools"].is_array(), "{answer}");
        answered.insert(answer["id"].as_u64().unwrap());
    }
    assert_eq!(answered.len(), 1_000);
    let write = saying.await.unwrap();
    Agent { write, read, stop, conversing }.close().await;
    served.end().await;
}

async fn whoever_reads_no_answers_keeps_nobody_from_stopping(place: Place) {
    let served = Served::local(place).await;
    let mut agent = Agent::of(&served);
    for id in 1.. {
        let request = list(id);
        if tokio::time::timeout(STILL, agent.say(&request)).await.is_err() {
            break;
        }
    }
    agent.stop.cancel();
    agent.ends().await;
    served.end().await;
}
