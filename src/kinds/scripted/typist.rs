//! An agent that writes one text, for verification to judge.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::agent::{Agent, AgentFuture, AgentReport, Brief, Feedback};
use crate::task::{ErrorKind, Failure};

/// Writes its text as the test file.
pub(super) struct Typist(pub(super) String);

impl Agent for Typist {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn can_improve(&self, _feedback: &Feedback) -> bool {
        false
    }

    fn write_tests<'a>(&'a self, brief: &'a Brief<'a>, _cancel: &'a CancellationToken) -> AgentFuture<'a> {
        let path = brief.engagement.workspace.root().join(brief.output.as_path());
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let written = written.and_then(|()| std::fs::write(&path, &self.0));
        Box::pin(std::future::ready(match written {
            Ok(()) => Ok(AgentReport::default()),
            Err(error) => Err(unwritable(&path, &error)),
        }))
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(ErrorKind::Environment, format!("{}: {error}", path.display()))
}
