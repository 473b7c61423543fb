//! Does a cut do what a cut does? Nothing passes, nothing is closed, and afterwards all goes on; on both kinds of hosts.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::{Hosts, Network};
use crate::sandbox::ground;

/// Long enough for anything that passes at all.
const PATIENCE: Duration = Duration::from_mins(1);
/// Long enough to see that nothing comes.
const SILENCE: Duration = Duration::from_secs(1);

/// Connects, and when it is told to asks the server whether it speaks TLS: says when it has connected, and the answer.
const CLIENT: &str = r"
import socket, struct, sys
wire = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
wire.settimeout(None)
print('connected', flush=True)
sys.stdin.readline()
wire.sendall(struct.pack('!ii', 8, 80877103))
print(wire.recv(1), flush=True)
";

#[tokio::test]
async fn a_network_namespace_that_is_cut_off_hears_nothing_until_it_is_back() {
    match Network::of_namespaces(2) {
        Ok(network) => hears_nothing_until_it_is_back(&network).await,
        Err(reason) => eprintln!("NOT TESTED with network namespaces: {reason}"),
    }
}

#[tokio::test]
async fn a_wire_that_is_cut_carries_nothing_until_it_is_back() {
    let Some(network) = Network::of_wires(2).await else { return };
    hears_nothing_until_it_is_back(&network).await;
}

async fn hears_nothing_until_it_is_back(network: &Network) {
    let ask = async |host| asker(network, host).await;
    let (mut here, mut there) = (ask(0).await, ask(1).await);

    network.cut(0).await;
    assert_eq!(there.answer().await, "b'N'", "the others are not cut off");
    here.ask().await;
    let silence = tokio::time::timeout(SILENCE, here.read()).await;
    assert!(silence.is_err(), "the host was cut off, and heard {silence:?}");

    network.mend(0).await;
    assert_eq!(here.read().await, "b'N'", "what was sent before has arrived");
    assert_eq!(ask(0).await.answer().await, "b'N'");
}

/// A connection from a host, held by a process there.
struct Asker {
    #[expect(dead_code, reason = "it is killed when this is dropped")]
    child: tokio::process::Child,
    orders: tokio::process::ChildStdin,
    answers: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
}

async fn asker(network: &Network, host: usize) -> Asker {
    let url = network.url(host);
    let place = url.split_once('@').unwrap().1.split_once('/').unwrap().0.to_owned();
    let (address, port) = place.split_once(':').unwrap();
    let command = match &network.hosts {
        Hosts::Namespaces(namespaces) => namespaces.command(host, &ground::python()),
        Hosts::Wires(_) => std::process::Command::new(ground::python()),
    };
    let mut child = tokio::process::Command::from(command)
        .args(["-I", "-S", "-c", CLIENT, address, port])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (orders, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut asker = Asker { child, orders, answers: BufReader::new(answers).lines() };
    assert_eq!(asker.read().await, "connected");
    asker
}

impl Asker {
    async fn ask(&mut self) {
        self.orders.write_all(b"\n").await.unwrap();
    }

    async fn answer(&mut self) -> String {
        self.ask().await;
        self.read().await
    }

    async fn read(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.answers.next_line()).await;
        line.expect("it answers").unwrap().expect("it lives")
    }
}
