//! How often does the agent go on? Write, verify, tell it what is missing, until the threshold is reached or the
//! tries are used up; the best is kept.

use std::time::{Duration, Instant};

use super::best::Best;
use super::preparation::Preparation;
use crate::agent::{Agent, AgentReport, Brief, Engagement, Feedback, Rejected};
use crate::kinds::Attempt;
use crate::sandbox::Workspace;
use crate::task::{ErrorKind, Failure, GenerateTests, Progress, Stage};
use crate::verify::{Candidate, Removed, Verdict, Verification, VerifyError, VerifyLimits};

/// The loop of one attempt.
pub(super) struct Iterations<'a> {
    agent: &'a dyn Agent,
    attempt: &'a Attempt,
    request: &'a GenerateTests,
    prepared: &'a Preparation,
    began: Instant,
    feedback: Feedback,
}

impl<'a> Iterations<'a> {
    pub(super) fn new(
        agent: &'a dyn Agent,
        attempt: &'a Attempt,
        request: &'a GenerateTests,
        prepared: &'a Preparation,
        began: Instant,
    ) -> Self {
        Self { agent, attempt, request, prepared, began, feedback: Feedback::default() }
    }

    /// The best verified tests; a failure if none held in any iteration. What fails after an iteration that was of
    /// use ends the work, and is told with its result.
    pub(super) async fn run(mut self) -> Result<Best, Failure> {
        let (workspace, first) = self.begin().await?;
        let mut best: Option<Best> = None;
        let mut last_failure = None;
        for iteration in first..=self.request.max_iterations {
            let report = match (self.write(&workspace, iteration, first).await, &mut best) {
                (Ok(report), _) => report,
                (Err(failure), Some(best)) if !self.attempt.cancel.is_cancelled() => {
                    best.report.stopped = Some(failure);
                    break;
                }
                (Err(failure), _) => return Err(failure),
            };
            let stopped = report.stopped.clone();
            match self.verify(&workspace, iteration).await {
                Ok(verdict) => {
                    self.learn(&verdict);
                    let now = Best { verdict, report, iterations: iteration, filled: None };
                    let better = Best::or_better(best.take(), now);
                    let done = better.is_enough(self.request);
                    best = Some(better);
                    if done {
                        break;
                    }
                }
                Err(error) => last_failure = Some(self.learn_from_failure(error)?),
            }
            if stopped.is_some() {
                last_failure = stopped;
                break;
            }
            if !self.agent.can_improve(&self.feedback) {
                break;
            }
        }
        best.ok_or_else(|| last_failure.unwrap_or_else(nothing_done))
    }

    /// The agent's workspace and the iteration to begin with: those of an earlier attempt where both it and what of
    /// the task lives on a server are still there.
    async fn begin(&self) -> Result<(Workspace, u32), Failure> {
        const NAME: &str = "agent";
        let Some(session) = self.attempt.session() else {
            return Ok((self.prepared.desk().copy(NAME).await?, 1));
        };
        if let Some(workspace) = self.prepared.desk().reopen(NAME).await? {
            return Ok((workspace, session.iteration.clamp(1, self.request.max_iterations)));
        }
        self.agent.release(self.attempt).await;
        Ok((self.prepared.desk().copy(NAME).await?, 1))
    }

    pub(super) async fn write(
        &self,
        workspace: &Workspace,
        iteration: u32,
        first: u32,
    ) -> Result<AgentReport, Failure> {
        let say = |message: String| self.report(Stage::Agent, message, iteration);
        say(format!("{} writes tests", self.agent.name()));
        let brief = Brief {
            engagement: Engagement {
                task: self.attempt.task.id(),
                iteration,
                remote: self.request.context.remote.as_deref(),
                notes: self.attempt,
                workspace,
                time_left: self.time_left(),
                progress: &say,
            },
            sandbox: &self.prepared.sandbox,
            module: &self.prepared.module,
            layout: &self.prepared.layout,
            output: &self.prepared.output,
            threshold: self.request.coverage_threshold,
            feedback: (iteration > first).then_some(&self.feedback),
        };
        self.agent.write_tests(&brief, &self.attempt.cancel).await
    }

    async fn verify(&self, workspace: &Workspace, iteration: u32) -> Result<Verdict, VerifyError> {
        self.report(Stage::Verifying, "running the tests".to_owned(), iteration);
        let candidate = Candidate::collect(workspace, &self.prepared.output).await?;
        self.judge(candidate, iteration).await
    }

    /// Runs a candidate's tests in a copy of their own.
    pub(super) async fn judge(&self, candidate: Candidate, iteration: u32) -> Result<Verdict, VerifyError> {
        let say = |message: String| self.report(Stage::Verifying, message, iteration);
        let verification = Verification {
            sandbox: &self.prepared.sandbox,
            attempt: &self.prepared.workspaces,
            module: &self.prepared.module,
            layout: &self.prepared.layout,
            output: &self.prepared.output,
            limits: VerifyLimits::default(),
            mutate: self.request.context.min_mutation_score > 0,
        };
        verification.run(candidate, &self.attempt.cancel, &|line| say(line.to_owned())).await
    }

    /// Keeps what the agent is to hear next.
    fn learn(&mut self, verdict: &Verdict) {
        self.feedback.problem = None;
        self.feedback.missing_lines.clone_from(&verdict.coverage.missing_lines);
        self.feedback.missing_branches.clone_from(&verdict.coverage.missing_branches);
        let survived = verdict.mutation.as_ref().map(|mutation| mutation.survived.clone());
        self.feedback.unnoticed_faults = survived.unwrap_or_default();
        self.reject(&verdict.removed);
    }

    /// Tests that do not hold are the agent's to mend; anything else ends the attempt.
    fn learn_from_failure(&mut self, error: VerifyError) -> Result<Failure, Failure> {
        if let VerifyError::NothingLeft { removed, .. } = &error {
            self.reject(removed);
        }
        let failure = Failure::from(error);
        self.feedback.problem = Some(failure.message.clone());
        if failure.kind == ErrorKind::Verification { Ok(failure) } else { Err(failure) }
    }

    fn reject(&mut self, removed: &[Removed]) {
        let before = self.feedback.rejected.len();
        let fresh =
            removed.iter().map(|test| Rejected { test: test.test.clone(), reason: test.reason.clone() });
        self.feedback.rejected.extend(fresh);
        self.feedback.newly_rejected = self.feedback.rejected.len() - before;
    }

    fn report(&self, stage: Stage, message: String, iteration: u32) {
        let most = self.request.max_iterations;
        self.attempt.report(Progress::of_iteration(stage, message, iteration, most));
    }

    fn time_left(&self) -> Duration {
        Duration::from_secs_f64(self.attempt.task.new.attempt_seconds).saturating_sub(self.began.elapsed())
    }
}

fn nothing_done() -> Failure {
    Failure::new(ErrorKind::Internal, "no iteration was made; please report it")
}
