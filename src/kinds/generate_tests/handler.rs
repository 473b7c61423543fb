//! One attempt from the request to the published file.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::best::Best;
use super::iterations::Iterations;
use super::preparation::Preparation;
use super::result;
use crate::agent::Agent;
use crate::kinds::{Attempt, Handler, HandlerFuture};
use crate::sandbox::ProbeDir;
use crate::task::{ErrorKind, Failure, GenerateTests, Work};
use crate::verify::{Published, publish};

/// Generates verified tests with one agent.
pub struct GenerateTestsHandler {
    agent: Arc<dyn Agent>,
    probe: ProbeDir,
}

impl GenerateTestsHandler {
    /// A handler for the lane of this agent.
    pub fn new(agent: impl Agent, probe: ProbeDir) -> Self {
        Self { agent: Arc::new(agent), probe }
    }

    async fn generate(&self, attempt: &Attempt, request: &GenerateTests) -> Result<Arc<Value>, Failure> {
        let begin = Instant::now();
        let prepared = Preparation::make(attempt, request, &self.probe).await?;
        let outcome = self.work(attempt, request, &prepared, begin).await;
        // The folder of the attempt goes before the task ends; what hinders that is only worth a log line.
        if let Err(error) = prepared.workspaces.remove().await {
            tracing::warn!(task = %attempt.task.id(), %error, "the workspace of an attempt is left behind");
        }
        outcome
    }

    async fn work(
        &self,
        attempt: &Attempt,
        request: &GenerateTests,
        prepared: &Preparation,
        begin: Instant,
    ) -> Result<Arc<Value>, Failure> {
        let best = Iterations::new(self.agent.as_ref(), attempt, request, prepared, begin).run().await?;
        attempt.renew().await?;
        let (best, published) = put_in_place(prepared, best, request.overwrite).await?;
        let result = result::build(self.agent.name(), request, prepared, &best, &published, begin.elapsed());
        if best.is_enough(request) {
            Ok(Arc::new(result))
        } else {
            Err(result::gap(request, &best).with_result(result))
        }
    }
}

/// Publishes on a thread that may block: it waits for the disk.
async fn put_in_place(
    prepared: &Preparation,
    best: Best,
    overwrite: bool,
) -> Result<(Best, Published), Failure> {
    let project = Arc::clone(prepared.project());
    let output = prepared.output.clone();
    let publishing = tokio::task::spawn_blocking(move || {
        publish(&project, &output, &best.verdict, overwrite).map(|published| (best, published))
    });
    match publishing.await {
        Ok(outcome) => Ok(outcome?),
        Err(error) => Err(Failure::new(ErrorKind::Internal, format!("publishing ended early: {error}"))),
    }
}

impl Handler for GenerateTestsHandler {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            match &attempt.task.new.work {
                Work::GenerateTests(request) => self.generate(attempt, request).await,
                Work::Noop | Work::Custom(_) => {
                    Err(Failure::new(ErrorKind::Internal, "this handler generates tests only"))
                }
            }
        })
    }
}
