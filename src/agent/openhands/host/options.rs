//! Which server is an agent to work on? As the settings have it.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::config::{AgentChoice, Settings, without_password};
use crate::sandbox::ProbeDir;

/// The folder below the workspace root in which a server of our own keeps its keys and conversations.
const FOLDER: &str = ".server";
/// Where files of the project go on a server that does not see ours.
const UPLOADS: &str = "/tmp/openhands-testgen";

/// Who keeps the server up.
#[derive(Clone)]
pub enum HostOptions {
    /// Somebody else.
    Given(GivenServer),
    /// We do, beside us.
    Own(OwnServer),
    /// We do, in a container.
    Docker(DockerServer),
}

/// A server that somebody runs.
#[derive(Clone)]
pub struct GivenServer {
    /// Where it answers, without a slash at the end.
    pub url: String,
    /// Its key, if it asks for one.
    pub session_key: Option<SecretString>,
}

/// A server of our own.
#[derive(Debug, Clone)]
pub struct OwnServer {
    /// The interpreter that has it.
    pub python: PathBuf,
    /// The project's interpreter, with which the agent may run tests.
    pub project_python: PathBuf,
    /// The project, which stays out of its sight.
    pub project_root: PathBuf,
    /// Where it keeps its keys and conversations; it is one server for whoever works with this folder.
    pub folder: PathBuf,
    /// Our own Python files.
    pub probe: ProbeDir,
    /// Whether it may run in bubblewrap only: nobody has named it.
    pub only_in_bubblewrap: bool,
}

/// A server in a container.
#[derive(Debug, Clone)]
pub struct DockerServer {
    /// The command `docker`.
    pub program: PathBuf,
    /// The image of the agent server.
    pub image: String,
    /// How long it may take until it answers.
    pub start: Duration,
}

impl HostOptions {
    /// The server of the agent `server`, if these settings have one.
    pub(in crate::agent::openhands) fn server(settings: &Settings, probe: &ProbeDir) -> Option<Self> {
        if let Some(given) = GivenServer::of(settings) {
            return Some(Self::Given(given));
        }
        if settings.effective_agent().name != AgentChoice::SERVER {
            return None;
        }
        let folder = std::path::absolute(&settings.workspace_root).ok()?.join(FOLDER);
        Some(Self::Own(OwnServer {
            python: settings.openhands_python.clone()?,
            project_python: settings.python.clone(),
            project_root: settings.project_root.clone(),
            folder,
            probe: probe.clone(),
            only_in_bubblewrap: settings.agent != AgentChoice::Server,
        }))
    }

    /// The server of the agent `docker`, if these settings want one.
    pub(in crate::agent::openhands) fn docker(settings: &Settings) -> Option<Self> {
        let is_wanted = settings.effective_agent().name == AgentChoice::DOCKER;
        is_wanted.then(|| Self::Docker(DockerServer::of(settings)))
    }

    /// The name of the agent.
    pub(in crate::agent::openhands) fn agent(&self) -> &'static str {
        match self {
            Self::Given(_) | Self::Own(_) => AgentChoice::SERVER,
            Self::Docker(_) => AgentChoice::DOCKER,
        }
    }

    /// The server as it is told and kept with tasks: one of ours has the same name at every address.
    pub(in crate::agent::openhands) fn name(&self) -> String {
        match self {
            Self::Given(given) => without_password(&given.url).into_owned(),
            Self::Own(own) => format!("own:{}", own.folder.display()),
            Self::Docker(docker) => format!("docker:{}", docker.image),
        }
    }

    /// Whether it answers on this machine.
    pub(in crate::agent::openhands) fn is_on_this_machine(&self) -> bool {
        match self {
            Self::Given(given) => given.is_on_this_machine(),
            Self::Own(_) | Self::Docker(_) => true,
        }
    }

    /// The folder of the server for files of projects.
    pub(in crate::agent::openhands) fn uploads(&self) -> String {
        match self {
            Self::Given(_) | Self::Docker(_) => UPLOADS.to_owned(),
            Self::Own(own) => own.folder.join(super::folder::WORK).display().to_string(),
        }
    }
}

impl GivenServer {
    /// The one of these settings.
    pub(in crate::agent::openhands) fn of(settings: &Settings) -> Option<Self> {
        let url = settings.server_url.as_deref()?.trim_end_matches('/').to_owned();
        Some(Self { url, session_key: settings.session_api_key.clone() })
    }

    /// Whether its address is one of this machine for itself.
    pub(in crate::agent::openhands) fn is_on_this_machine(&self) -> bool {
        reqwest::Url::parse(&self.url).is_ok_and(|url| {
            let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
            let address = host.parse::<std::net::IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        })
    }
}

impl DockerServer {
    /// The one of these settings.
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            program: "docker".into(),
            image: settings.docker_image.clone(),
            start: Duration::from_secs_f64(settings.docker_timeout),
        }
    }
}
