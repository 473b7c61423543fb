//! Which tool is it? One handler for all of them, and whom it asks.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::author::Author;
use super::by_agent::ByAgent;
use super::by_model::ByModel;
use super::{checking, making, parsing};
use crate::agent::{Agent, ChatModel};
use crate::kinds::desk::{goes_on, release_all};
use crate::kinds::{Attempt, Handler, HandlerFuture};
use crate::task::{Context, ErrorKind, Failure, Planning, PlanningTool, Work};

/// Does the work of the planning tools.
pub struct PlanningHandler {
    who: Who,
}

enum Who {
    Embedded,
    Model(ChatModel),
    /// An agent, and the project and workspace root of this process: nothing of the task's own is needed.
    Agent {
        agent: Arc<dyn Agent>,
        project_root: PathBuf,
        workspace_root: PathBuf,
    },
}

impl PlanningHandler {
    /// A handler that takes the embedded way.
    #[must_use]
    pub fn embedded() -> Self {
        Self { who: Who::Embedded }
    }

    /// A handler that asks a model.
    #[must_use]
    pub fn of_model(model: ChatModel) -> Self {
        Self { who: Who::Model(model) }
    }

    /// A handler that asks an agent, which works below this workspace root.
    #[must_use]
    pub fn of_agent(agent: Arc<dyn Agent>, project_root: PathBuf, workspace_root: PathBuf) -> Self {
        Self { who: Who::Agent { agent, project_root, workspace_root } }
    }

    async fn work(&self, attempt: &Attempt, planning: &Planning) -> Result<Arc<Value>, Failure> {
        match &self.who {
            Who::Embedded => with(attempt, planning, &Author::Embedded).await,
            Who::Model(model) => {
                let Some(terms) = planning.chat() else { return Err(misplaced("model")) };
                with(attempt, planning, &Author::Model(ByModel { model, terms })).await
            }
            Who::Agent { agent, .. } => {
                let context = self.context(planning);
                let outcome = by_agent(agent.as_ref(), attempt, planning, &context).await;
                if !goes_on(attempt, &outcome) {
                    release_all(agent.as_ref(), attempt, &context).await;
                }
                outcome
            }
        }
    }

    /// The context of a task, where this process works.
    fn context(&self, planning: &Planning) -> Context {
        let context = Context::clone(&planning.context);
        match &self.who {
            Who::Agent { project_root, workspace_root, .. } => Context {
                project_root: project_root.clone(),
                workspace_root: workspace_root.clone(),
                ..context
            },
            _ => context,
        }
    }

    fn agent(&self) -> Option<&Arc<dyn Agent>> {
        match &self.who {
            Who::Agent { agent, .. } => Some(agent),
            _ => None,
        }
    }
}

async fn by_agent(
    agent: &dyn Agent,
    attempt: &Attempt,
    planning: &Planning,
    context: &Context,
) -> Result<Arc<Value>, Failure> {
    let author = Author::Agent(ByAgent::begin(agent, attempt, planning, context).await?);
    let outcome = with(attempt, planning, &author).await;
    if goes_on(attempt, &outcome)
        && let Author::Agent(by_agent) = &author
    {
        by_agent.keep();
    }
    outcome
}

async fn with(attempt: &Attempt, planning: &Planning, author: &Author<'_>) -> Result<Arc<Value>, Failure> {
    let made = match planning.tool {
        PlanningTool::GenerateImplementationPlan => making::make(attempt, planning, author).await,
        PlanningTool::ParseRequirements => parsing::read(attempt, planning, author).await,
        PlanningTool::ValidatePlan => checking::validate(attempt, planning, author).await,
    };
    made.map(Arc::new)
}

fn misplaced(what: &str) -> Failure {
    Failure::new(ErrorKind::Internal, format!("a task without a {what} is in the lane of one: a bug of ours"))
}

impl Handler for PlanningHandler {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            match &attempt.task.new.work {
                Work::Planning(planning) => {
                    let (id, began) = (attempt.task.id(), Instant::now());
                    let outcome = self.work(attempt, planning).await;
                    let seconds = began.elapsed().as_secs_f64();
                    match &outcome {
                        Ok(_) => {
                            tracing::info!("📊 Task {id} completed in {seconds:.1} s: {}", planning.tool);
                        }
                        Err(failure) => {
                            tracing::info!("📊 Task {id} failed after {seconds:.1} s: {failure}");
                        }
                    }
                    outcome
                }
                other => {
                    let message = format!("{} is no planning: a bug of ours", other.kind());
                    Err(Failure::new(ErrorKind::Internal, message))
                }
            }
        })
    }

    fn release<'a>(&'a self, attempt: &'a Attempt) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            if let (Work::Planning(planning), Some(agent)) = (&attempt.task.new.work, self.agent()) {
                release_all(agent.as_ref(), attempt, &self.context(planning)).await;
            }
        })
    }

    // Its agent's server is ended, and its orphans are, by the handler of test generation, which has the same agent.
    fn let_go_after_fork(&self) {
        if let Some(agent) = self.agent() {
            agent.let_go_after_fork();
        }
    }
}
