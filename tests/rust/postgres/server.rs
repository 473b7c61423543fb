//! Which server do the tests use? The one that is named, else one that they start themselves, which ends with them.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use parking_lot::Mutex;

/// Names a server in which fresh databases may be made; processes that tests start find the test's own in it.
pub(crate) const GIVEN: &str = "OPENHANDS_TESTGEN_TEST_POSTGRES";

/// A server in which databases may be made.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its address, without a database.
    pub(crate) address: String,
    /// One that is ours to stop, and knows of passwords what `scripts/postgres_cluster.sh` says. Held until this
    /// process ends, however it does: then the server ends too.
    ours: Option<Mutex<Ours>>,
}

#[derive(Debug)]
struct Ours {
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// Whether we started it.
    pub(crate) fn is_ours(&self) -> bool {
        self.ours.is_some()
    }

    /// Ends it as a power cut would, or starts it again. Blocks.
    pub(crate) fn order(&self, what: &str) {
        assert_eq!(self.ask(what), what);
    }

    /// Starts a hot standby of it, which ends with it; answers its address, without a database. Blocks.
    pub(crate) fn standby(&self) -> String {
        let answer = self.ask("standby");
        assert!(answer.starts_with("postgres://"), "no standby: {answer}");
        answer
    }

    /// The folder of its unix socket, which is reached from every network.
    pub(crate) fn folder(&self) -> String {
        self.ask("folder")
    }

    fn ask(&self, what: &str) -> String {
        let mut ours = self.ours.as_ref().unwrap().lock();
        writeln!(ours.orders, "{what}").unwrap();
        let mut answer = String::new();
        ours.answers.read_line(&mut answer).unwrap();
        answer.trim().to_owned()
    }

    /// One more server, of one test alone; `None`, said aloud, where none can be started.
    pub(crate) fn of_its_own() -> Option<&'static Self> {
        Self::started(&[])
    }

    /// The same, which speaks TLS by the certificates in this folder.
    pub(crate) fn with_certificates(folder: &Path) -> Option<&'static Self> {
        Self::started(&[folder])
    }

    fn started(arguments: &[&Path]) -> Option<&'static Self> {
        server()?;
        match Self::start(Command::new("sh"), arguments) {
            Ok(server) => Some(Box::leak(Box::new(server))),
            Err(reason) => {
                eprintln!("NOT TESTED: no server of its own can be started: {reason}");
                None
            }
        }
    }

    /// Starts one by this shell, which may be one on another host.
    pub(crate) fn start(mut shell: Command, arguments: &[&Path]) -> Result<Self, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres_cluster.sh");
        // A group of its own: what is meant for the tests does not reach it.
        let mut child = shell
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut address = String::new();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        answers.read_line(&mut address).unwrap();
        let orders = child.stdin.take().unwrap();
        if address.is_empty() {
            return Err(complaint(child));
        }
        let ours = Some(Mutex::new(Ours { orders, answers }));
        Ok(Self { address: address.trim().to_owned(), ours })
    }
}

/// The server of this run; `None`, said aloud, where there is none. With `CI` set that is a failure.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    match SERVER.get_or_init(find) {
        Ok(server) => Some(server),
        Err(reason) => {
            assert!(std::env::var_os("CI").is_none(), "no PostgreSQL, though it is to be had: {reason}");
            eprintln!("NOT TESTED on PostgreSQL: {reason}; see scripts/postgres.sh");
            None
        }
    }
}

fn find() -> Result<Server, String> {
    if let Ok(address) = std::env::var(GIVEN)
        && !address.is_empty()
    {
        let address = address.trim_end_matches('/').to_owned();
        return Ok(Server { address, ours: None });
    }
    Server::start(Command::new("sh"), &[])
}

fn complaint(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
