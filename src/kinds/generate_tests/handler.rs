//! One attempt from the request to the published file.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::best::Best;
use super::preparation::{Preparation, desk_name};
use super::result;
use super::work::Work;
use crate::agent::Agent;
use crate::kinds::{Attempt, Handler, HandlerFuture};
use crate::sandbox::{Attempt as Workspaces, ProbeDir, Project};
use crate::task::{ErrorKind, Failure, GenerateTests, Work as TaskWork};
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
        let began = Instant::now();
        let outcome = match Preparation::make(attempt, request, &self.probe, self.agent.keeps_workspace())
            .await
        {
            Ok(prepared) => {
                let outcome = self.work(attempt, request, &prepared, began).await;
                let goes_on = goes_on(attempt, &outcome);
                if goes_on {
                    prepared.keep_desk();
                } else {
                    self.agent.release(attempt).await;
                }
                // The folders of the attempt go before the task ends; what hinders that is only worth a log line.
                if let Err(error) = prepared.remove(goes_on).await {
                    tracing::warn!(task = %attempt.task.id(), %error, "the workspace of an attempt is left behind");
                }
                return outcome;
            }
            Err(failure) => Err(failure),
        };
        if !goes_on(attempt, &outcome) {
            self.release_all(attempt, request).await;
        }
        outcome
    }

    async fn work(
        &self,
        attempt: &Attempt,
        request: &GenerateTests,
        prepared: &Preparation,
        began: Instant,
    ) -> Result<Arc<Value>, Failure> {
        let work = Work { attempt, request, prepared, began };
        let (best, agent) = work.best(self.agent.as_ref()).await?;
        attempt.renew().await?;
        let (best, published) = put_in_place(prepared, best, request.overwrite).await?;
        let agent = (agent, agent != self.agent.name());
        let result = result::build(agent, request, prepared, &best, &published, began.elapsed());
        if best.is_enough(request) {
            Ok(Arc::new(result))
        } else {
            Err(result::gap(request, &best).with_result(result))
        }
    }

    /// Ends what of the task lives on a server, and takes away where its agent worked.
    async fn release_all(&self, attempt: &Attempt, request: &GenerateTests) {
        self.agent.release(attempt).await;
        if !self.agent.keeps_workspace() {
            return;
        }
        let context = &request.context;
        let cleared = match Project::open(&context.project_root, &context.workspace_root) {
            Ok(project) => Workspaces::clear(&Arc::new(project), &desk_name(attempt)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = cleared {
            tracing::warn!(task = %attempt.task.id(), %error, "the workspace of an agent is left behind");
        }
    }
}

/// Whether another attempt goes on with what of the task lives on a server: the process ends, or a bad moment of a
/// server or provider may pass.
fn goes_on<T>(attempt: &Attempt, outcome: &Result<T, Failure>) -> bool {
    match (attempt.stop_reason(), outcome) {
        (_, Ok(_)) => false,
        _ if attempt.session().is_none() => false,
        (Some(reason), Err(_)) => reason.is_followed(),
        (None, Err(failure)) => {
            matches!(failure.kind, ErrorKind::Transient | ErrorKind::RateLimit)
                && attempt.task.has_retries_left()
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
                TaskWork::GenerateTests(request) => self.generate(attempt, request).await,
                TaskWork::Noop | TaskWork::Custom(_) => {
                    Err(Failure::new(ErrorKind::Internal, "this handler generates tests only"))
                }
            }
        })
    }

    fn release<'a>(&'a self, attempt: &'a Attempt) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            if let TaskWork::GenerateTests(request) = &attempt.task.new.work {
                self.release_all(attempt, request).await;
            }
        })
    }
}
