//! Which agent does the work? The one that was asked for; where that fails or leaves a gap, the embedded one where the
//! task says so.

use std::time::Instant;

use super::best::Best;
use super::gap;
use super::iterations::Iterations;
use super::preparation::Preparation;
use crate::agent::{Agent, LocalAgent};
use crate::kinds::Attempt;
use crate::task::{ErrorKind, Failure, GenerateTests, LogLevel};

/// Everything that one attempt works with.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) request: &'a GenerateTests,
    pub(super) prepared: &'a Preparation,
    pub(super) began: Instant,
}

impl Work<'_> {
    /// The best tests, and the name of the agent that wrote them.
    pub(super) async fn best(&self, agent: &dyn Agent) -> Result<(Best, &'static str), Failure> {
        let Some(remote) = self.request.context.remote.as_deref() else {
            return Ok((self.iterate(agent).await?, agent.name()));
        };
        match self.iterate(agent).await {
            Ok(best) if remote.fill_gap && !best.meets_threshold(self.request) => {
                Ok((gap::fill(*self, best).await, agent.name()))
            }
            Ok(best) => Ok((best, agent.name())),
            Err(failure) if remote.fallback && self.falls_back(&failure) => {
                let line = format!("the embedded agent steps in: {failure}");
                self.attempt.log(LogLevel::Warning, &line);
                self.attempt.models().discredit();
                agent.release(self.attempt).await;
                let mut best = self.iterate(&LocalAgent).await?;
                best.report.stopped = Some(failure);
                Ok((best, LocalAgent.name()))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn iterate(&self, agent: &dyn Agent) -> Result<Best, Failure> {
        Iterations::new(agent, self.attempt, self.request, self.prepared, self.began).run().await
    }

    /// Whether it is the agent that failed, for good.
    fn falls_back(&self, failure: &Failure) -> bool {
        let is_tried_again = failure.kind.is_retryable() && self.attempt.task.has_retries_left();
        let is_the_agents = !matches!(
            failure.kind,
            ErrorKind::InvalidModule | ErrorKind::Environment | ErrorKind::Cancelled | ErrorKind::Internal
        );
        is_the_agents && !is_tried_again && !self.attempt.cancel.is_cancelled()
    }
}
