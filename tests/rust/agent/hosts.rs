//! The servers that an agent may work on, all of them the fake one: that somebody runs, our own as a process in the
//! sandbox, and in a container of a fake `docker`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use _core::agent::{DockerServer, GivenServer, HostOptions, OwnServer};

use super::fake::{Control, Death, FakeServer, SESSION_KEY, Step};
use crate::sandbox::ground::{probe, python};

/// The image of the containers.
pub(super) const IMAGE: &str = "ghcr.io/openhands/agent-server:fake";

/// What stands for the server inside: it says where it is to answer, and lives until it is hung up on, or
/// dies at once with the words that it is to have. What it leaves in the background is what a shell of an agent leaves.
const SERVER: &str = r#"
import json, os, socket, subprocess, sys

last_words = os.environ["OH_CONVERSATIONS_PATH"] + "/last_words"
if os.path.exists(last_words):
    sys.exit(open(last_words).read().format(**os.environ))
with open(os.environ["OH_CONVERSATIONS_PATH"] + "/control") as file:
    control = int(file.read())
port = int(sys.argv[sys.argv.index("--port") + 1])
subprocess.Popen(["sleep", f"9{port}"], start_new_session=True)
said = {
    "port": port,
    "key": os.environ["SESSION_API_KEY"],
    "secret": os.environ["OH_SECRET_KEY"],
    "arguments": sys.argv,
}
with socket.create_connection(("127.0.0.1", control)) as line:
    line.sendall(json.dumps(said).encode() + b"\n")
    while line.recv(1):
        pass
sys.exit("the test had it die")
"#;

/// What stands for the command.
const DOCKER: &str = r#"
import json, os, socket, sys

keys = {name: os.environ[name] for name in ("SESSION_API_KEY", "OH_SECRET_KEY") if name in os.environ}
with socket.create_connection(("127.0.0.1", CONTROL)) as line:
    line.sendall(json.dumps({"docker": sys.argv[1:], "env": keys}).encode() + b"\n")
    answer = json.loads(b"".join(iter(lambda: line.recv(4096), b"")) or b'{"out": "", "err": "gone", "code": 1}')
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["code"])
"#;

/// Who keeps the server up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Given,
    Own,
    Container,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Given, Self::Own, Self::Container];

    /// What it is called from process to process.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Own => "own",
            Self::Container => "container",
        }
    }

    /// The name of the agent.
    pub(super) fn agent(self) -> &'static str {
        match self {
            Self::Given | Self::Own => "server",
            Self::Container => "docker",
        }
    }
}

/// Who keeps a fake server up, and what that needs.
pub(super) struct Stage {
    pub(super) kind: Kind,
    control: Option<Control>,
    root: PathBuf,
    /// For the fake `docker`.
    disk: PathBuf,
}

impl Stage {
    /// A server whose agent does these runs, for a project at `root`.
    pub(super) fn set(
        kind: Kind,
        runs: impl IntoIterator<Item = Vec<Step>>,
        root: &Path,
    ) -> (Self, FakeServer) {
        let server = match kind {
            Kind::Given => FakeServer::start(runs),
            Kind::Own | Kind::Container => FakeServer::silent(runs),
        };
        let control = (kind != Kind::Given).then(|| server.control());
        let stage = Self { kind, control, root: root.to_owned(), disk: server.disk().to_owned() };
        match (&stage.control, kind) {
            (Some(control), Kind::Own) => {
                let folder = stage.folder().join("conversations");
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join("control"), control.port().to_string()).unwrap();
            }
            (Some(control), Kind::Container) => {
                control.add_image(IMAGE);
                stage.write_docker(control.port());
            }
            _ => {}
        }
        (stage, server)
    }

    /// What stands for the server talks to this; there is none for a server that somebody runs.
    pub(super) fn control(&self) -> &Control {
        self.control.as_ref().unwrap()
    }

    /// What keeps up the server of an agent.
    pub(super) fn options(&self, server: &FakeServer) -> HostOptions {
        host_options(self.kind, &self.root, server.url(), &self.disk)
    }

    /// Has the server die and come back: by itself, where somebody keeps it up.
    pub(super) fn kill_and_bring_back(&self, server: &mut FakeServer) {
        if let Some(control) = &self.control {
            return control.kill();
        }
        server.die(Death::Killed);
        server.come_back();
    }

    /// Once its engine has stopped, nothing of the server is there any more.
    pub(super) fn is_gone(&self) {
        let Some(control) = &self.control else { return };
        assert_eq!(control.containers(), Vec::<String>::new(), "containers are left");
        for begun in control.begun() {
            let port = begun["port"].to_string();
            assert_eq!(processes_with(&format!("--port\0{port}\0")), 0, "the server is left");
            assert_eq!(processes_with(&format!("sleep\09{port}\0")), 0, "what its shells began is left");
        }
        assert!(!self.folder().join("address").exists(), "an address is left where nobody answers");
    }

    /// Where our own server keeps its things.
    pub(super) fn folder(&self) -> PathBuf {
        folder_of(&self.root)
    }

    fn write_docker(&self, control: u16) {
        let interpreter = python().canonicalize().unwrap();
        let source = DOCKER.replace("CONTROL", &control.to_string());
        std::fs::write(docker_of(&self.disk), format!("#!{} -IS\n{source}", interpreter.display())).unwrap();
        std::fs::set_permissions(docker_of(&self.disk), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn folder_of(root: &Path) -> PathBuf {
    root.join("openhands_workspace/.server")
}

fn docker_of(disk: &Path) -> PathBuf {
    disk.join("docker")
}

/// What keeps up a server, for a project at `root`.
pub(super) fn host_options(kind: Kind, root: &Path, url: String, disk: &Path) -> HostOptions {
    match kind {
        Kind::Given => HostOptions::Given(GivenServer { url, session_key: Some(SESSION_KEY.into()) }),
        Kind::Own => HostOptions::Own(OwnServer {
            python: with_agent_server(),
            project_python: python(),
            project_root: root.to_owned(),
            folder: folder_of(root),
            probe: probe(),
            only_in_bubblewrap: false,
        }),
        Kind::Container => HostOptions::Docker(DockerServer {
            program: docker_of(disk),
            image: IMAGE.to_owned(),
            start: Duration::from_mins(1),
        }),
    }
}

/// How many processes of the machine have this in their command line.
fn processes_with(part: &str) -> usize {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(part)).count()
}

/// An interpreter that has a package of the agent server's name.
pub(super) fn with_agent_server() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("with-agent-server");
        if std::env::var_os(super::worker::KIND).is_some() {
            // A process of a test uses what the test has made.
            return folder.join("bin/python");
        }
        let made =
            Command::new(python()).args(["-m", "venv", "--clear", "--without-pip"]).arg(&folder).status();
        assert!(made.unwrap().success());
        let libraries = std::fs::read_dir(folder.join("lib")).unwrap().next().unwrap().unwrap().path();
        let site = libraries.join("site-packages");
        let package = site.join("openhands/agent_server");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(package.join("__main__.py"), SERVER).unwrap();
        let facts = site.join("openhands_agent_server-1.58.0.dist-info");
        std::fs::create_dir_all(&facts).unwrap();
        let metadata = "Metadata-Version: 2.1\nName: openhands-agent-server\nVersion: 1.58.0\n";
        std::fs::write(facts.join("METADATA"), metadata).unwrap();
        folder.join("bin/python")
    })
    .clone()
}

/// Makes a test of a scenario for every kind of server.
macro_rules! on_every_host {
    ($($(#[doc = $doc:literal])* fn $name:ident($host:ident: Kind) $body:block)+) => {$(
        $(#[doc = $doc])*
        mod $name {
            use super::*;

            fn scenario($host: Kind) $body

            #[test]
            fn given() {
                scenario(Kind::Given);
            }

            #[test]
            fn own() {
                scenario(Kind::Own);
            }

            #[test]
            fn container() {
                scenario(Kind::Container);
            }
        }
    )+};
    ($($(#[doc = $doc:literal])* async fn $name:ident($host:ident: Kind) $body:block)+) => {$(
        $(#[doc = $doc])*
        mod $name {
            use super::*;

            async fn scenario($host: Kind) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn given() {
                scenario(Kind::Given).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn own() {
                scenario(Kind::Own).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn container() {
                scenario(Kind::Container).await;
            }
        }
    )+};
}
pub(super) use on_every_host;
