//! What is there for a hostile file to take, to change or to talk to, and was it?

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use _core::sandbox::{Command, Exit, Finished, Limits};

use super::super::ground::{probe, write_files};
use super::case::{Case, folder};
use super::outcome::{Outcome, Seen};

/// The world around one run.
pub(super) struct Scene {
    /// Where the file runs.
    workspace: tempfile::TempDir,
    /// The home folder of a user, with what must not be had.
    home: tempfile::TempDir,
    before: BTreeMap<PathBuf, Trace>,
    victim: Victim,
    ears: Ears,
    /// In the environment and in the name of all that the file starts or leaves.
    mark: String,
    secret: String,
}

/// What changes when anything about a file is changed: its number, and the time of its last change.
type Trace = (u64, i64, i64);

impl Scene {
    pub(super) fn set() -> Self {
        let mark = format!("scene_{}", uuid::Uuid::new_v4().simple());
        let secret = uuid::Uuid::new_v4().to_string();
        let home = tempfile::Builder::new().prefix("home").tempdir().unwrap();
        let files = [(".ssh/id_ed25519", &*secret), (".bashrc", "# mine\n"), ("project/.env", &secret)];
        write_files(home.path(), &files);
        let workspace = tempfile::Builder::new().prefix("work").tempdir().unwrap();
        std::fs::create_dir(workspace.path().join("copy")).unwrap();
        let ears = Ears::open(home.path(), &mark);
        let victim = Victim::start(&secret);
        let before = traces(home.path());
        Self { workspace, home, before, victim, ears, mark, secret }
    }

    pub(super) fn command(&self, case: &Case) -> Command {
        let scratch = self.workspace.path().join("scratch");
        let copy = self.workspace.path().join("copy");
        let limits = Limits {
            cpu_seconds: 5,
            memory_bytes: 2 << 30,
            file_bytes: 50 << 20,
            disk_bytes: 200 << 20,
            wall: case.wall(),
            ..Limits::default()
        };
        let common = folder().join("common");
        Command::new(&copy, scratch)
            .arg(&case.path)
            .writable(&copy)
            .readable(&case.path)
            .readable(&common)
            .env("PYTHONPATH", common)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SCENE_HOME", self.home.path())
            .env("SCENE_MARK", &self.mark)
            .env("SCENE_PARENT", std::process::id().to_string())
            .env("SCENE_VICTIM", self.victim.process.id().to_string())
            .env("SCENE_PROBE", probe().path())
            .env("SCENE_TCP", self.ears.tcp.local_addr().unwrap().port().to_string())
            .env("SCENE_TCP6", self.ears.port_of_ipv6().to_string())
            .env("SCENE_UDP", self.ears.udp.local_addr().unwrap().port().to_string())
            .env("SCENE_UNIX", self.home.path().join("stream"))
            .env("SCENE_DATAGRAMS", self.home.path().join("datagrams"))
            .env("SCENE_ABSTRACT", &self.mark)
            .limits(limits)
    }

    /// What came of it: what is seen from here counts before what the file says.
    pub(super) fn look(&self, finished: &Finished) -> Seen {
        if let Some(process) = end_what_is_left(&self.mark) {
            return Seen::Left(process);
        }
        self.check_workspace();
        if let Some(what) = self.trace(finished) {
            println!("{what}");
            return Seen::Outcome(Outcome::Open);
        }
        let stdout = finished.stdout();
        let last = stdout.lines().last().unwrap_or_default();
        match finished.exit {
            Exit::Code(0) => {
                Outcome::named(last).map_or_else(|| Seen::Broken(last.to_owned()), Seen::Outcome)
            }
            Exit::Code(_) => Seen::Broken(finished.last_line()),
            _ => Seen::Outcome(Outcome::Ended),
        }
    }

    /// What shows outside that the file was there.
    fn trace(&self, finished: &Finished) -> Option<String> {
        let has_secret =
            [finished.stdout(), finished.stderr()].iter().any(|text| text.contains(&self.secret));
        if has_secret {
            return Some("it has the secret".into());
        }
        let left = ["/tmp", "/dev/shm"].map(|folder| Path::new(folder).join(&self.mark));
        if let Some(file) = left.iter().find(|file| std::fs::remove_file(file).is_ok()) {
            return Some(format!("it left {}", file.display()));
        }
        if traces(self.home.path()) != self.before {
            return Some("the home folder is not what it was".into());
        }
        self.victim.change().or_else(|| self.ears.heard())
    }

    /// All files are ours again, and none runs as its owner.
    fn check_workspace(&self) {
        let own = rustix::process::geteuid().as_raw();
        for entry in walk(self.workspace.path()) {
            let metadata = std::fs::symlink_metadata(&entry).unwrap();
            assert_eq!(metadata.uid(), own, "{} is not ours", entry.display());
            let runs_as_owner = own == 0 && metadata.is_file() && metadata.mode() & 0o6000 != 0;
            assert!(!runs_as_owner, "{} runs as its owner", entry.display());
        }
    }
}

/// A process that has nothing to do with the run.
struct Victim {
    process: std::process::Child,
    before: Condition,
}

/// What others might change about a process.
#[derive(Debug, PartialEq, Eq)]
struct Condition {
    is_alive: bool,
    priority: String,
    limits: String,
    processors: String,
}

impl Condition {
    fn of(process: u32) -> Self {
        let read =
            |name: &str| std::fs::read_to_string(format!("/proc/{process}/{name}")).unwrap_or_default();
        let stat = read("stat");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let state = fields.first().copied().unwrap_or_default();
        let processors =
            read("status").lines().find(|line| line.starts_with("Cpus_allowed:")).map(str::to_owned);
        Self {
            is_alive: matches!(state, "S" | "R" | "D"),
            priority: fields.get(16).copied().unwrap_or_default().to_owned(),
            limits: read("limits"),
            processors: processors.unwrap_or_default(),
        }
    }
}

impl Victim {
    fn start(secret: &str) -> Self {
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", "echo ready; read line", "victim", secret]).env_clear().env("SECRET", secret);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        process.stdout.as_mut().unwrap().read_exact(&mut [0; 6]).unwrap();
        let before = Condition::of(process.id());
        Self { process, before }
    }

    /// What was done to it.
    fn change(&self) -> Option<String> {
        let now = Condition::of(self.process.id());
        (now != self.before).then(|| format!("the other process is {now:?}"))
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Servers of this machine.
struct Ears {
    tcp: TcpListener,
    /// `None` where there is no IPv6.
    tcp6: Option<TcpListener>,
    udp: UdpSocket,
    stream: UnixListener,
    datagrams: UnixDatagram,
    nameless: UnixListener,
}

impl Ears {
    fn open(folder: &Path, name: &str) -> Self {
        let address = SocketAddr::from_abstract_name(name).unwrap();
        let ears = Self {
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            tcp6: TcpListener::bind("[::1]:0").ok(),
            udp: UdpSocket::bind("127.0.0.1:0").unwrap(),
            stream: UnixListener::bind(folder.join("stream")).unwrap(),
            datagrams: UnixDatagram::bind(folder.join("datagrams")).unwrap(),
            nameless: UnixListener::bind_addr(&address).unwrap(),
        };
        ears.tcp.set_nonblocking(true).unwrap();
        ears.tcp6.iter().for_each(|listener| listener.set_nonblocking(true).unwrap());
        ears.udp.set_nonblocking(true).unwrap();
        ears.stream.set_nonblocking(true).unwrap();
        ears.datagrams.set_nonblocking(true).unwrap();
        ears.nameless.set_nonblocking(true).unwrap();
        ears
    }

    fn port_of_ipv6(&self) -> u16 {
        self.tcp6.as_ref().map_or(9, |listener| listener.local_addr().unwrap().port())
    }

    fn heard(&self) -> Option<String> {
        let mut byte = [0];
        let heard = [
            ("tcp", self.tcp.accept().is_ok()),
            ("tcp6", self.tcp6.as_ref().is_some_and(|listener| listener.accept().is_ok())),
            ("udp", self.udp.recv(&mut byte).is_ok()),
            ("a unix stream", self.stream.accept().is_ok()),
            ("unix datagrams", self.datagrams.recv(&mut byte).is_ok()),
            ("an abstract socket", self.nameless.accept().is_ok()),
        ];
        heard.into_iter().find(|(_, heard)| *heard).map(|(name, _)| format!("heard by {name}"))
    }
}

fn traces(folder: &Path) -> BTreeMap<PathBuf, Trace> {
    let trace = |path: PathBuf| {
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        (path, (metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
    };
    walk(folder).into_iter().map(trace).collect()
}

/// Everything in a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(walk(&entry.path()));
        }
        found.push(entry.path());
    }
    found
}

/// Ends what carries the mark, and answers what that was.
fn end_what_is_left(mark: &str) -> Option<String> {
    let mut left = None;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let text = [read("cmdline"), read("environ")].concat();
        let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
        if String::from_utf8_lossy(&text).contains(mark) {
            left = Some(String::from_utf8_lossy(&text).into_owned());
            let _ = rustix::process::kill_process(
                rustix::process::Pid::from_raw(pid).unwrap(),
                rustix::process::Signal::KILL,
            );
        }
    }
    left
}
