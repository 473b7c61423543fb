//! An agent that does what a script says, step by step: for tests of what stands around an agent.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::{Agent, AgentFuture, AgentReport, Brief};
use crate::task::{ErrorKind, Failure};

/// What the agent does in one iteration.
#[derive(Debug, Clone)]
pub enum Step {
    /// Writes this text as the test file.
    Write(String),
    /// Writes nothing, and says it is done.
    Nothing,
    /// Fails.
    Fail(Failure),
    /// Works until it is stopped.
    Hang,
}

/// Plays its steps in order; when none is left it writes nothing.
#[derive(Debug, Default)]
pub struct ScriptedAgent {
    /// Held to take one step.
    steps: Mutex<VecDeque<Step>>,
}

impl ScriptedAgent {
    /// An agent with these steps.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: Mutex::new(steps.into_iter().collect()) }
    }
}

impl Agent for ScriptedAgent {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn write_tests<'a>(&'a self, brief: &'a Brief<'a>, cancel: &'a CancellationToken) -> AgentFuture<'a> {
        let step = self.steps.lock().pop_front().unwrap_or(Step::Nothing);
        Box::pin(async move {
            match step {
                Step::Nothing => {}
                Step::Write(text) => write(brief, &text)?,
                Step::Fail(failure) => return Err(failure),
                Step::Hang => {
                    cancel.cancelled().await;
                    return Err(Failure::new(ErrorKind::Cancelled, "stopped"));
                }
            }
            Ok(AgentReport::default())
        })
    }
}

fn write(brief: &Brief<'_>, text: &str) -> Result<(), Failure> {
    let path = brief.engagement.workspace.root().join(brief.output.as_path());
    path.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| Failure::new(ErrorKind::Environment, format!("{}: {error}", path.display())))
}
