//! How is a program of the machine run, such as `docker`? As it is, with the environment that it is given, until it
//! ends or is not wanted any more.

use std::process::Command;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::process::{Child, Input};
use super::watchdog::Allowance;
use super::{Finished, SandboxError};

/// A program that is trusted as we are, and reads nothing.
#[derive(Debug)]
pub struct Tool(Child);

impl Tool {
    /// Prepares a program; of each output so much of the end is kept.
    #[must_use]
    pub fn new(command: Command, wall: Duration, output_bytes: usize) -> Self {
        Self(Child {
            command,
            inherited: None,
            fence: None,
            allowance: Allowance::unlimited(),
            input: Input::Nothing,
            wall,
            output_bytes,
        })
    }

    /// Runs it to its end. Answers only when every process of it is dead, on cancellation too.
    pub async fn run(self, cancel: &CancellationToken) -> Result<Finished, SandboxError> {
        self.0.run(cancel).await
    }
}
