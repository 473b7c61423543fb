//! One attempt from the request to the published file.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::preparation::Preparation;
use super::result;
use super::work::Work;
use crate::agent::Agent;
use crate::kinds::desk::{goes_on, release_all};
use crate::kinds::travel::{left_in, localized};
use crate::kinds::{Attempt, Handler, HandlerFuture, Home};
use crate::sandbox::ProbeDir;
use crate::task::{ErrorKind, Failure, GenerateTests, Travel, Work as TaskWork};
use crate::verify::{Helper, publish_files, published_digest, verified_files};

/// Generates verified tests with one agent.
pub struct GenerateTestsHandler {
    agent: Arc<dyn Agent>,
    probe: ProbeDir,
    home: Option<Home>,
}

impl GenerateTestsHandler {
    /// A handler for the lane of this agent.
    pub fn new(agent: Arc<dyn Agent>, probe: ProbeDir) -> Self {
        Self { agent, probe, home: None }
    }

    /// The same, with a place for projects that travel.
    #[must_use]
    pub fn at_home(self, home: Home) -> Self {
        Self { home: Some(home), ..self }
    }

    /// The work as this machine can do it.
    async fn run_here(&self, attempt: &Attempt, request: &GenerateTests) -> Result<Arc<Value>, Failure> {
        match localized(attempt, &request.context, self.home.as_ref()).await {
            Ok(context) if Arc::ptr_eq(&context, &request.context) => self.generate(attempt, request).await,
            Ok(context) => self.generate(attempt, &GenerateTests { context, ..request.clone() }).await,
            Err(failure) => {
                if !goes_on(attempt, &Err::<(), _>(failure.clone())) {
                    let left = left_in(&request.context, self.home.as_ref());
                    release_all(self.agent.as_ref(), attempt, &left).await;
                }
                Err(failure)
            }
        }
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
            release_all(self.agent.as_ref(), attempt, &request.context).await;
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
        let travels = self.home.is_some() && request.context.travel != Travel::Shared;
        let files = verified_files(&prepared.output, &best.verdict);
        if !travels {
            put_in_place(prepared, files.clone(), request.overwrite).await?;
        }
        let agent = (agent, agent != self.agent.name());
        let test_sha256 = published_digest(&files);
        let mut result = result::build(agent, request, prepared, &best, &test_sha256, began.elapsed());
        if travels {
            // Whoever has the project puts them there.
            result["files"] = serde_json::to_value(files).unwrap_or_default();
        }
        if best.is_enough(request) {
            Ok(Arc::new(result))
        } else {
            Err(result::gap(request, &best).with_result(result))
        }
    }
}

/// Publishes on a thread that may block: it waits for the disk.
async fn put_in_place(prepared: &Preparation, files: Vec<Helper>, overwrite: bool) -> Result<(), Failure> {
    let project = Arc::clone(prepared.project());
    let publishing = tokio::task::spawn_blocking(move || publish_files(&project, &files, overwrite));
    match publishing.await {
        Ok(outcome) => Ok(outcome.map(drop)?),
        Err(error) => Err(Failure::new(ErrorKind::Internal, format!("publishing ended early: {error}"))),
    }
}

impl Handler for GenerateTestsHandler {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            match &attempt.task.new.work {
                TaskWork::GenerateTests(request) => self.run_here(attempt, request).await,
                TaskWork::AgentTask(_)
                | TaskWork::Documents(_)
                | TaskWork::Planning(_)
                | TaskWork::Webhook(_)
                | TaskWork::Noop
                | TaskWork::Custom(_) => {
                    Err(Failure::new(ErrorKind::Internal, "this handler generates tests only"))
                }
            }
        })
    }

    fn release<'a>(&'a self, attempt: &'a Attempt) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            if let TaskWork::GenerateTests(request) = &attempt.task.new.work {
                let left = left_in(&request.context, self.home.as_ref());
                release_all(self.agent.as_ref(), attempt, &left).await;
            }
        })
    }

    fn end_orphans(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.agent.end_orphans()
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.agent.close()
    }

    fn let_go_after_fork(&self) {
        self.agent.let_go_after_fork();
    }
}
