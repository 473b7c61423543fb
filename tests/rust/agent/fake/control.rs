//! What processes and containers that stand for the server talk to: a process that runs it says at which port, and is
//! the server for as long as its connection lasts; the fake command `docker` passes on what it is asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};

use super::Shared;
use super::line::{Death, Line};

/// What the other side of every connection shares.
pub(crate) struct Control {
    address: SocketAddr,
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    line: Arc<Line>,
    known: Mutex<Known>,
}

/// What is known of those that stand for the server.
#[derive(Default)]
struct Known {
    /// What each process said when it began.
    begun: Vec<Value>,
    /// The process that is the server: its connection, and where it answers.
    process: Option<(TcpStream, SocketAddr)>,
    containers: BTreeMap<String, Container>,
    /// What `docker` was asked for, with its environment.
    asked: Vec<Value>,
    images: Vec<String>,
    is_without_engine: bool,
}

struct Container {
    label: String,
    port: Option<u16>,
    /// The command that waits for its end.
    client: Option<TcpStream>,
}

impl Control {
    pub(super) fn start(shared: &Arc<Shared>, line: &Arc<Line>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (shared, line) = (Arc::clone(shared), Arc::clone(line));
        let inner = Arc::new(Inner { shared, line, known: Mutex::default() });
        let here = Arc::clone(&inner);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let inner = Arc::clone(&here);
                std::thread::spawn(move || inner.talk(stream));
            }
        });
        Self { address, inner }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// What each process said when it began: its port, keys and arguments.
    pub(crate) fn begun(&self) -> Vec<Value> {
        self.inner.known.lock().begun.clone()
    }

    /// Has the process or the container that is the server die, as if killed.
    pub(crate) fn kill(&self) {
        let process = self.inner.known.lock().process.take();
        match process {
            Some((process, address)) => {
                self.inner.line.hang_up(&self.inner.shared, address, Death::Killed);
                process.shutdown(Shutdown::Both).unwrap();
            }
            None => self.containers().iter().for_each(|name| self.inner.remove(name)),
        }
    }

    /// The containers that there are.
    pub(crate) fn containers(&self) -> Vec<String> {
        self.inner.known.lock().containers.keys().cloned().collect()
    }

    /// A container that is there already.
    pub(crate) fn add_container(&self, name: &str, label: String) {
        let container = Container { label, port: None, client: None };
        self.inner.known.lock().containers.insert(name.to_owned(), container);
    }

    pub(crate) fn add_image(&self, image: &str) {
        self.inner.known.lock().images.push(image.to_owned());
    }

    pub(crate) fn take_engine_away(&self) {
        self.inner.known.lock().is_without_engine = true;
    }

    /// What `docker` was asked for, with the keys in its environment.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.inner.known.lock().asked.clone()
    }
}

impl Inner {
    fn talk(&self, stream: TcpStream) {
        let mut line = String::new();
        if BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let said: Value = serde_json::from_str(&line).unwrap();
        match said.get("port").and_then(Value::as_u64) {
            Some(port) => self.be_the_server(port.try_into().unwrap(), said, stream),
            None => self.docker(&said, stream),
        }
    }

    /// For as long as the process lives.
    fn be_the_server(&self, port: u16, said: Value, mut stream: TcpStream) {
        said["key"].as_str().unwrap().clone_into(&mut self.shared.world().key);
        let address = self.line.listen(&self.shared, ([127, 0, 0, 1], port).into());
        let mut known = self.known.lock();
        known.begun.push(said);
        known.process = Some((stream.try_clone().unwrap(), address));
        drop(known);
        let _ = stream.read(&mut [0]);
        self.line.hang_up(&self.shared, address, Death::Killed);
    }

    fn docker(&self, said: &Value, stream: TcpStream) {
        self.known.lock().asked.push(said.clone());
        let words: Vec<&str> = said["docker"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let is_there = !self.known.lock().is_without_engine;
        match words.as_slice() {
            _ if !is_there => answer(stream, "", "Cannot connect to the Docker daemon.", 1),
            ["version", ..] => answer(stream, "27.0.1\n", "", 0),
            ["image", "inspect", .., image]
                if self.known.lock().images.iter().any(|known| known == image) =>
            {
                answer(stream, "sha256:0\n", "", 0);
            }
            ["image", ..] => answer(stream, "", "Error: No such image", 1),
            ["run", ..] => self.run(&words, &said["env"], stream),
            ["port", name, _] => {
                let port = self.known.lock().containers.get(*name).and_then(|container| container.port);
                match port {
                    Some(port) => answer(stream, &format!("127.0.0.1:{port}\n"), "", 0),
                    None => answer(stream, "", "Error: No such container", 1),
                }
            }
            ["rm", .., name] => {
                self.remove(name);
                answer(stream, "", "", 0);
            }
            ["ps", ..] => {
                let lines: Vec<String> = self
                    .known
                    .lock()
                    .containers
                    .iter()
                    .map(|(name, container)| format!("{name} {}\n", container.label))
                    .collect();
                answer(stream, &lines.concat(), "", 0);
            }
            words => panic!("docker does not know {words:?}"),
        }
    }

    /// The command is answered when its container has ended.
    fn run(&self, words: &[&str], environment: &Value, stream: TcpStream) {
        let behind = |option: &str| {
            let place = words.iter().position(|word| *word == option).unwrap();
            words[place + 1].to_owned()
        };
        let label = behind("--label").split_once('=').unwrap().1.to_owned();
        environment["SESSION_API_KEY"].as_str().unwrap().clone_into(&mut self.shared.world().key);
        self.shared.world().conversations.clear();
        let address = self.line.listen(&self.shared, ([127, 0, 0, 1], 0).into());
        let container = Container { label, port: Some(address.port()), client: Some(stream) };
        self.known.lock().containers.insert(behind("--name"), container);
    }

    fn remove(&self, name: &str) {
        let Some(container) = self.known.lock().containers.remove(name) else { return };
        if let (Some(client), Some(port)) = (container.client, container.port) {
            self.line.hang_up(&self.shared, ([127, 0, 0, 1], port).into(), Death::Removed);
            answer(client, "", "killed", 137);
        }
    }
}

/// The command may be gone.
fn answer(mut stream: TcpStream, out: &str, err: &str, code: i32) {
    let _ = stream.write_all(json!({"out": out, "err": err, "code": code}).to_string().as_bytes());
}
