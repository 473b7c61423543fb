//! Plays one attempt: waits as long as it takes, then ends it as its act says.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::outcome::{Act, Ending};
use super::result;
use super::script::Script;
use super::typist::Typist;
use crate::kinds::{Attempt, GenerateTestsHandler, Handler, HandlerFuture};
use crate::sandbox::ProbeDir;
use crate::store::Clock;
use crate::task::{ErrorKind, Failure, GenerateTests, Progress, Stage, Work};
use crate::verify::VerifyError;

/// Takes the place of the agents.
#[derive(Debug)]
pub struct ScriptedHandler {
    script: Arc<Script>,
    clock: Clock,
    /// How long a death goes unnoticed where only the lease tells.
    lease: Duration,
    probe: ProbeDir,
}

impl ScriptedHandler {
    /// A handler that plays `script`, by `clock`.
    #[must_use]
    pub fn new(script: Arc<Script>, clock: Clock, lease: Duration, probe: ProbeDir) -> Self {
        Self { script, clock, lease, probe }
    }

    async fn play(&self, attempt: &Attempt, request: &GenerateTests) -> Result<Arc<Value>, Failure> {
        let act = self.script.act(&attempt.task, attempt.store()).await?;
        let line = "scripted writes tests".to_owned();
        attempt.report(Progress::of_iteration(Stage::Agent, line, 1, request.max_iterations));
        self.wait(attempt, act.takes).await?;
        self.end(attempt, request, act).await
    }

    async fn end(&self, attempt: &Attempt, request: &GenerateTests, act: Act) -> Result<Arc<Value>, Failure> {
        match act.ending {
            Ending::Pass(figures) => result::of_figures(request, &figures, act.takes).await.map(Arc::new),
            Ending::Fail { kind, message, retry_after } => {
                Err(Failure { retry_after, ..Failure::new(kind, message) })
            }
            Ending::TimeOut => Err(Failure::at_time_limit(attempt.task.new.attempt_seconds)),
            Ending::Reject(removed) => {
                Err(VerifyError::NothingLeft { path: request.output_path.clone(), removed }.into())
            }
            Ending::Hang => {
                let _resting = self.script.rest(attempt);
                attempt.cancel.cancelled().await;
                Err(stopped())
            }
            Ending::Die { noticed } => {
                self.wait(attempt, if noticed { Duration::ZERO } else { self.lease }).await?;
                Err(Failure::new(ErrorKind::Lost, "the process that ran the attempt died, as scripted"))
            }
            Ending::Write(text) => {
                let _working = self.script.work(attempt);
                GenerateTestsHandler::new(Arc::new(Typist(text)), self.probe.clone()).run(attempt).await
            }
        }
    }

    /// Lets time pass, until the attempt is to stop.
    async fn wait(&self, attempt: &Attempt, span: Duration) -> Result<(), Failure> {
        if span.is_zero() {
            return Ok(());
        }
        let alarm = self.clock.alarm(span);
        let _resting = self.script.rest(attempt);
        tokio::select! {
            biased;
            () = attempt.cancel.cancelled() => Err(stopped()),
            () = alarm.rung() => Ok(()),
        }
    }
}

impl Handler for ScriptedHandler {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            match &attempt.task.new.work {
                Work::GenerateTests(request) => self.play(attempt, request).await,
                Work::AgentTask(_)
                | Work::Documents(_)
                | Work::Planning(_)
                | Work::Webhook(_)
                | Work::Noop
                | Work::Custom(_) => {
                    Err(Failure::new(ErrorKind::Internal, "a script plays the generation of tests only"))
                }
            }
        })
    }
}

fn stopped() -> Failure {
    Failure::new(ErrorKind::Cancelled, "the attempt was asked to stop")
}
