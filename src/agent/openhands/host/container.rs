//! A server in a container: made for this process, and removed whatever happens.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::docker::Docker;
use super::folder::Keys;
use super::health::attend;
use super::phase::Tell;
use super::{Access, DockerServer};
use crate::agent::openhands::Patience;
use crate::sandbox::{Finished, SandboxError};
use crate::task::{ErrorKind, Failure};

/// A server in a container, in one life after another. Each life has a container and keys of its own.
#[derive(Debug)]
pub(super) struct Container {
    docker: Docker,
    image: String,
    start: Duration,
    patience: Patience,
}

impl Container {
    pub(super) fn new(options: DockerServer, patience: Patience) -> Self {
        let DockerServer { program, image, start } = options;
        Self { docker: Docker::new(program), image, start, patience }
    }

    pub(super) async fn live(&self, stop: &CancellationToken, tell: &Tell) -> Result<(), Failure> {
        let there = self.docker.check(&self.image).await;
        there.map_err(|lack| Failure::new(ErrorKind::Environment, lack.to_string()))?;
        let keys = Keys::draw();
        let name = format!("openhands-testgen-{}", Uuid::new_v4().simple());
        let mut removal = Removal { docker: &self.docker, name: Some(name.clone()) };
        let halt = stop.child_token();
        let run = self.docker.run(&name, &self.image, &keys, &halt);
        tokio::pin!(run);
        let failure = tokio::select! {
            finished = &mut run => self.died(finished),
            failure = self.attend(&name, &keys, tell) => {
                halt.cancel();
                let said = run.await.map(|finished| finished.last_line()).unwrap_or_default();
                Failure { message: format!("{}: {said}", failure.message), ..failure }
            }
        };
        removal.carry_out().await;
        Err(keys.hide(failure))
    }

    /// Removes the containers that dead processes of ours left.
    pub(super) async fn end_orphans(&self) {
        let number = self.docker.remove_orphans().await;
        if number > 0 {
            tracing::warn!("removed {number} container(s) that a dead process left");
        }
    }

    async fn attend(&self, name: &str, keys: &Keys, tell: &Tell) -> Failure {
        let port = async {
            loop {
                match self.docker.port(name).await {
                    Some(port) => return port,
                    None => tokio::time::sleep(self.patience.reconnect).await,
                }
            }
        };
        let Ok(port) = tokio::time::timeout(self.start, port).await else {
            return self.failed(&format!("it does not start within {} s", self.start.as_secs()));
        };
        let access = Access::here(port, keys);
        let failure = attend(&access, self.start, self.patience, || tell.up(access.clone())).await;
        self.failed(&failure.message)
    }

    fn died(&self, finished: Result<Finished, SandboxError>) -> Failure {
        match finished {
            Ok(finished) => {
                let said = format!("it {}: {}", finished.exit, finished.last_line());
                self.failed(&said)
            }
            Err(error) => error.into(),
        }
    }

    fn failed(&self, what: &str) -> Failure {
        let message = format!(
            "agent server in a container of {}: {what}; is it an image of the OpenHands agent server, and \
             OPENHANDS_DOCKER_TIMEOUT long enough?",
            self.image
        );
        Failure::new(ErrorKind::Transient, message)
    }
}

/// Removes a container at the end of its life, also where nobody waits for it any more.
struct Removal<'a> {
    docker: &'a Docker,
    name: Option<String>,
}

impl Removal<'_> {
    async fn carry_out(&mut self) {
        let Some(name) = &self.name else { return };
        if let Err(lack) = self.docker.remove(name).await {
            tracing::warn!("container {name} is left behind: {lack}");
        }
        self.name = None;
    }
}

impl Drop for Removal<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            self.docker.begin_to_remove(name);
        }
    }
}
