//! How is an agent asked for a plan? As an errand in an empty folder, whose one file is the answer; a wrong form is asked for
//! again once, in the same conversation.

use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use crate::agent::{Agent, AgentReport, Engagement, Errand, Question, parse, prompt};
use crate::kinds::Attempt;
use crate::kinds::credit::Credit;
use crate::kinds::desk::desk_name;
use crate::sandbox::{Attempt as Workspaces, Project, Twins, Workspace};
use crate::task::{Context, ErrorKind, Failure, Ground, Planning, Progress, Stage};

/// The file that is the answer.
const ANSWER: &str = "answer.json";
/// The longest answer that is read.
const MOST_BYTES: u64 = 4 << 20;
/// How often it may answer.
const TRIES: u32 = 2;

/// An agent, and where it works.
pub(super) struct ByAgent<'a> {
    agent: &'a dyn Agent,
    planning: &'a Planning,
    desk: Workspaces,
    twins: Twins,
    began: Instant,
}

impl<'a> ByAgent<'a> {
    /// An agent in a folder of its own: where an earlier attempt worked, if that and its conversation are there.
    pub(super) async fn begin(
        agent: &'a dyn Agent,
        attempt: &Attempt,
        planning: &'a Planning,
        context: &Context,
    ) -> Result<Self, Failure> {
        let began = Instant::now();
        let project = Arc::new(Project::open(&context.project_root, &context.workspace_root)?);
        let desk = Workspaces::resume(project, &desk_name(attempt)).await?;
        let kept = if attempt.session().is_some() { desk.kept_twins()? } else { None };
        let twins = if let Some(twins) = kept {
            twins
        } else {
            agent.release(attempt).await;
            desk.twins(true).await?
        };
        Ok(Self { agent, planning, desk, twins, began })
    }

    /// Whether the embedded way may be taken where it fails.
    pub(super) fn may_fall_back(&self) -> bool {
        self.planning.context.remote.as_ref().is_some_and(|remote| remote.fallback)
    }

    /// Leaves the folder for an attempt to come.
    pub(super) fn keep(&self) {
        self.desk.keep();
    }

    pub(super) async fn answer<T: DeserializeOwned>(
        &self,
        attempt: &Attempt,
        question: Question<'_>,
        check: impl Fn(&T) -> Result<(), String>,
    ) -> Result<(T, Credit), Failure> {
        let mut instruction = format!(
            "{}\n\nWrite the JSON value to the file {ANSWER} in the folder, and nothing else anywhere.\n\nThe material:\n\n{}",
            prompt(&question),
            question.material
        );
        let mut problem = String::new();
        for iteration in 1..=TRIES {
            let report = self.run(attempt, &instruction, iteration).await?;
            if let Some(stopped) = report.stopped {
                return Err(stopped);
            }
            let answer = read(&self.twins.desk).and_then(|text| parse(&text));
            match answer.and_then(|answer: T| check(&answer).map(|()| answer)) {
                Ok(answer) => {
                    return Ok((answer, Credit::of_agent(self.agent.name(), report.model, report.usage)));
                }
                Err(reason) => {
                    instruction = format!(
                        "{ANSWER} cannot be used: {reason}. Write it again, as a whole, with the JSON value only."
                    );
                    problem = reason;
                }
            }
        }
        let message = format!(
            "agent {} left twice no answer of the form that was asked for: {problem}",
            self.agent.name()
        );
        Err(Failure::new(ErrorKind::Protocol, message))
    }

    async fn run(
        &self,
        attempt: &Attempt,
        instruction: &str,
        iteration: u32,
    ) -> Result<AgentReport, Failure> {
        let say = |message: String| {
            attempt.report(Progress::of_iteration(Stage::Agent, message, iteration, TRIES));
        };
        say(format!("{} begins", self.agent.name()));
        let limit = Duration::from_secs_f64(attempt.task.new.attempt_seconds);
        let errand = Errand {
            engagement: Engagement {
                task: attempt.task.id(),
                iteration,
                remote: self.planning.context.remote.as_deref(),
                notes: attempt,
                workspace: &self.twins.desk,
                time_left: limit.saturating_sub(self.began.elapsed()),
                progress: &say,
            },
            instruction,
            ground: Ground::Empty,
            base: &self.twins.base,
        };
        self.agent.run_errand(&errand, &attempt.cancel).await
    }
}

/// The answer as the agent left it.
fn read(desk: &Workspace) -> Result<String, String> {
    let missing = |reason: std::io::Error| format!("there is no file {ANSWER} that can be read: {reason}");
    let dir = desk.dir().map_err(|error| error.to_string())?;
    let file = dir.open(ANSWER).map_err(missing)?;
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(missing)?;
    Ok(text)
}
