//! How is Docker asked? By its command, with keys in its environment and never among its arguments.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use super::folder::Keys;
use crate::config::{Lack, Offer};
use crate::sandbox::{Exit, Finished, Holder, SandboxError, Tool};

/// How long an engine may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a container may live: longer than any engine of ours.
const LONGEST: Duration = Duration::from_hours(24 * 365);
/// How much of each output is kept.
const OUTPUT: usize = 16 << 10;
/// The label that names the process which keeps a container, and its machine.
const HOLDER: &str = "openhands-testgen.holder";
/// Where the server answers inside.
const PORT: u16 = 8000;

/// The command `docker`.
#[derive(Debug, Clone)]
pub(super) struct Docker {
    program: PathBuf,
}

impl Docker {
    pub(super) fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into() }
    }

    /// Whether there is an engine that has this image.
    pub(super) async fn check(&self, image: &str) -> Offer {
        let engine = self.ask(&["version", "--format", "{{.Server.Version}}"]).await?;
        if !engine.exit.is_success() {
            let what = format!("no Docker engine answers: {}", engine.last_line());
            return Err(Lack::new(what, "start one, or choose another agent (OPENHANDS_AGENT)"));
        }
        let found = self.ask(&["image", "inspect", "--format", "{{.Id}}", image]).await?;
        if found.exit.is_success() {
            return Ok(());
        }
        let remedy = format!(
            "run `docker pull {image}` once, or set OPENHANDS_DOCKER_IMAGE to an image of the OpenHands agent server \
             that it has"
        );
        Err(Lack::new(format!("Docker has no image {image}"), remedy))
    }

    /// Runs a container of this name to its end. When `cancel` fires only the command ends, and the container is to be
    /// removed.
    pub(super) async fn run(
        &self,
        name: &str,
        image: &str,
        keys: &Keys,
        cancel: &CancellationToken,
    ) -> Result<Finished, SandboxError> {
        let mut command = self.command(&["run", "--rm", "--pull", "never", "--name", name]);
        if let Some(holder) = holder() {
            command.arg("--label").arg(format!("{HOLDER}={holder}"));
        }
        // Loopback only, at a port that Docker chooses; a model on this machine answers at host.docker.internal.
        command.arg("--publish").arg(format!("127.0.0.1::{PORT}"));
        command.args(["--add-host", "host.docker.internal:host-gateway"]);
        for (variable, key) in [("SESSION_API_KEY", &keys.session), ("OH_SECRET_KEY", &keys.secret)] {
            command.args(["--env", variable]).env(variable, key.expose_secret());
        }
        for (variable, value) in super::own::SETTINGS {
            command.arg("--env").arg(format!("{variable}={value}"));
        }
        command.arg(image).args(["--host", "0.0.0.0", "--port"]).arg(PORT.to_string());
        Tool::new(command, LONGEST, OUTPUT).run(cancel).await
    }

    /// The port of this machine at which a container answers; `None` while it has none.
    pub(super) async fn port(&self, name: &str) -> Option<u16> {
        let answer = self.ask(&["port", name, &format!("{PORT}/tcp")]).await.ok()?;
        let text = answer.stdout();
        text.lines().find_map(|line| line.trim().rsplit_once(':')?.1.parse().ok())
    }

    /// Removes a container, if it is there.
    pub(super) async fn remove(&self, name: &str) -> Offer {
        let removed = self.ask(&["rm", "--force", "--volumes", name]).await?;
        if removed.exit.is_success() || removed.stderr().contains("No such container") {
            return Ok(());
        }
        Err(Lack::new(removed.last_line(), format!("run `docker rm --force {name}`")))
    }

    /// Begins to remove a container, without waiting for it.
    pub(super) fn begin_to_remove(&self, name: &str) {
        let removing = self
            .command(&["rm", "--force", "--volumes", name])
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn();
        if let Ok(mut removing) = removing {
            // Waited for, so that it leaves nothing behind.
            std::thread::spawn(move || removing.wait());
        }
    }

    /// Removes the containers of processes of this machine that are dead; answers how many.
    pub(super) async fn remove_orphans(&self) -> usize {
        let filter = format!("label={HOLDER}");
        let format = format!("{{{{.ID}}}} {{{{.Label \"{HOLDER}\"}}}}");
        let listed = self.ask(&["ps", "--all", "--filter", &filter, "--format", &format]).await;
        let Ok(listed) = listed else { return 0 };
        let mut removed = 0;
        for line in listed.stdout().lines() {
            if let Some((id, label)) = line.split_once(' ')
                && is_orphan(label)
            {
                removed += usize::from(self.remove(id).await.is_ok());
            }
        }
        removed
    }

    async fn ask(&self, arguments: &[&str]) -> Result<Finished, Lack> {
        let tool = Tool::new(self.command(arguments), PATIENCE, OUTPUT);
        let answer = tool.run(&CancellationToken::new()).await.map_err(|error| {
            let reason = match error {
                SandboxError::Process { source, .. } => source.to_string(),
                other => other.to_string(),
            };
            Lack::new(
                format!("`{}` cannot be run: {reason}", self.program.display()),
                "install Docker, or choose another agent (OPENHANDS_AGENT)",
            )
        })?;
        match answer.exit {
            Exit::TimedOut => {
                let what = format!("Docker does not answer within {} s", PATIENCE.as_secs());
                Err(Lack::new(what, "look at its engine"))
            }
            _ => Ok(answer),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments);
        command
    }
}

/// This process, and the machine that it runs on since its boot: an engine may serve many.
fn holder() -> Option<String> {
    Some(format!("{}/{}", Holder::this()?, boot()?))
}

fn is_orphan(label: &str) -> bool {
    label.split_once('/').is_some_and(|(holder, boot_then)| {
        boot().is_some_and(|now| now == boot_then)
            && holder.parse().is_ok_and(|holder: Holder| holder.is_dead())
    })
}

fn boot() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}
