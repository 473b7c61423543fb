//! What has this machine for an OpenHands agent? Tried by asking Docker, and by a real run in the sandbox; an answer
//! holds for a while.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::DockerServer;
use super::docker::Docker;
use crate::config::{Lack, Lookout, Offer, Offers, Settings};
use crate::sandbox::{Interpreter, Level, ProbeDir, Sandbox};

/// How long an answer holds: a process reads its settings more than once.
const HOLDS: Duration = Duration::from_secs(30);

/// What was asked for, and where it would be found.
type Question = (Option<OsString>, String);

static ANSWERS: LazyLock<Mutex<HashMap<Question, (Instant, Offer)>>> = LazyLock::new(Mutex::default);

/// One who looks where `auto` asks: at Docker, then at a server of our own.
#[must_use]
pub fn lookout(probe: ProbeDir, use_docker: bool) -> Lookout {
    Lookout::new(move |settings| {
        let docker = if use_docker || settings.use_docker_runtime {
            look_at_docker(settings)
        } else {
            Err(Lack::new("the generator may not use it", "make it with use_docker=True"))
        };
        let own_server = docker.is_err().then(|| look_at_own_server(settings, &probe));
        Offers { docker: Some(docker), own_server }
    })
}

/// Whether an engine of Docker answers and has the image of these settings. Blocks for a moment.
pub fn look_at_docker(settings: &Settings) -> Offer {
    let options = DockerServer::of(settings);
    answered(format!("docker {}", options.image), async move {
        Docker::new(options.program).check(&options.image).await
    })
}

/// Whether there is an interpreter with the agent server, and bubblewrap to shut it in. Blocks for a moment.
pub fn look_at_own_server(settings: &Settings, probe: &ProbeDir) -> Offer {
    let Some(python) = settings.openhands_python.clone() else {
        return Err(Lack::new(
            "no interpreter is named that has the agent server",
            "set OPENHANDS_PYTHON to a Python of 3.12 or later with openhands-agent-server and openhands-tools",
        ));
    };
    let probe = probe.clone();
    answered(format!("server {}", python.display()), look_for_server(python, probe))
}

/// What to do where nothing shuts a server in.
const BUBBLEWRAP: &str = "install bubblewrap (`apt install bubblewrap`), or name the server by OPENHANDS_AGENT=server \
    to run it with what there is";

async fn look_for_server(python: PathBuf, probe: ProbeDir) -> Offer {
    let interpreter = Interpreter::probe_for_agent_server(&python, &probe).await;
    let interpreter = interpreter.map_err(|error| {
        Lack::new(error.to_string(), "install it there, or name another by OPENHANDS_PYTHON")
    })?;
    let sandbox = Sandbox::detect(interpreter, &probe).await;
    let sandbox = sandbox.map_err(|error| Lack::new(error.to_string(), BUBBLEWRAP))?;
    match sandbox.isolation() {
        isolation if isolation.level == Level::Bubblewrap => Ok(()),
        isolation => Err(Lack::new(isolation.reason.clone().unwrap_or_default(), BUBBLEWRAP)),
    }
}

/// The answer of a moment ago, else a new one.
fn answered(what: String, look: impl Future<Output = Offer> + Send) -> Offer {
    let question = (std::env::var_os("PATH"), what);
    if let Some((when, offer)) = ANSWERS.lock().get(&question)
        && when.elapsed() < HOLDS
    {
        return offer.clone();
    }
    let offer = on_a_thread(look);
    ANSWERS.lock().insert(question, (Instant::now(), offer.clone()));
    offer
}

/// Waits on a thread of its own, so that it may be asked from anywhere.
fn on_a_thread(look: impl Future<Output = Offer> + Send) -> Offer {
    #[expect(clippy::disallowed_methods, reason = "a runtime of this thread, for this question")]
    let wait = || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(look),
        Err(error) => Err(Lack::new(error.to_string(), "try again")),
    };
    std::thread::scope(|scope| scope.spawn(wait).join())
        .unwrap_or_else(|_| Err(Lack::new("a bug of ours", "please report it")))
}
