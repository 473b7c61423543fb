//! Hosts that are network namespaces, made by `scripts/hosts.sh`, and gone with the pipe to it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::postgres::Server;
use crate::sandbox::ground;

/// Where the server is for them.
const SWITCH: &str = "198.18.0.1";

/// Hosts on one switch.
#[derive(Debug)]
pub(super) struct Namespaces {
    /// Held for an order and its answer.
    pipe: Arc<Mutex<Pipe>>,
    /// The processes that stand for the hosts.
    hosts: Vec<String>,
}

#[derive(Debug)]
struct Pipe {
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Namespaces {
    /// So many hosts and a server that they reach, or why there are none.
    pub(super) fn start(count: usize) -> Result<(Self, Server), String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/hosts.sh");
        let mut child = Command::new("sh")
            .arg(script)
            .arg(count.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| error.to_string())?;
        let (orders, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut pipe = Pipe { orders, answers: BufReader::new(answers) };
        let mut processes = String::new();
        pipe.answers.read_line(&mut processes).unwrap();
        let mut processes = processes.split_whitespace().map(str::to_owned);
        let Some(switch) = processes.next() else { return Err(complaint(pipe, child)) };
        let namespaces = Self { pipe: Arc::new(Mutex::new(pipe)), hosts: processes.collect() };

        let mut shell = inside(&switch, Path::new("sh"));
        shell.env("OTG_CLUSTER_HOST", SWITCH);
        let server = Server::start(shell, &[])?;
        namespaces.reach(&server)?;
        Ok((namespaces, server))
    }

    /// A program on a host.
    pub(super) fn command(&self, host: usize, program: &Path) -> Command {
        inside(&self.hosts[host], program)
    }

    /// Cuts a host off, or mends that.
    pub(super) async fn order(&self, what: &'static str, host: usize) {
        let pipe = Arc::clone(&self.pipe);
        let order = format!("{what} {}", host + 1);
        let ask = move || {
            let mut pipe = pipe.lock();
            writeln!(pipe.orders, "{order}").unwrap();
            let mut answer = String::new();
            pipe.answers.read_line(&mut answer).unwrap();
            assert_eq!(answer.trim(), order);
        };
        tokio::task::spawn_blocking(ask).await.unwrap();
    }

    /// Whether each host reaches the server: some machines make namespaces and let nothing pass between them.
    fn reach(&self, server: &Server) -> Result<(), String> {
        let ask = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)";
        let port = port(server);
        for host in 0..self.hosts.len() {
            let mut python = self.command(host, &ground::python());
            let asked = python.args(["-I", "-S", "-c", ask, SWITCH, port]).output();
            let answer = asked.map_err(|error| error.to_string())?;
            if !answer.status.success() {
                return Err(String::from_utf8_lossy(&answer.stderr).trim().to_owned());
            }
        }
        Ok(())
    }
}

/// The server as hosts name it.
pub(super) fn seen_by_hosts(server: &Server) -> String {
    format!("postgres://postgres@{SWITCH}:{}", port(server))
}

fn port(server: &Server) -> &str {
    server.address.rsplit_once(':').unwrap().1
}

/// A program in the network namespace of a process. Its id is that of the process that is started.
fn inside(process: &str, program: &Path) -> Command {
    let mut command = Command::new("nsenter");
    command.args(["--target", process, "--net", "--"]).arg(program);
    command
}

fn complaint(pipe: Pipe, child: Child) -> String {
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
