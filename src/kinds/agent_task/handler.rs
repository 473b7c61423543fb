//! One attempt from the instruction to what came of it.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::apply::apply;
use super::changes::{self, Changed};
use super::result::Account;
use crate::agent::{Agent, AgentReport, Engagement, Errand, LeftOut};
use crate::kinds::desk::{desk_name, goes_on, release_all};
use crate::kinds::steps::apart;
use crate::kinds::travel::{left_in, localized};
use crate::kinds::{Attempt, Handler, HandlerFuture, Home};
use crate::sandbox::{Attempt as Workspaces, Project, ProjectPath, Twins};
use crate::task::{AgentTask, Context, ErrorKind, Failure, Ground, Progress, Stage, Work};

/// Has one agent do free-form work.
pub struct AgentTaskHandler {
    agent: Arc<dyn Agent>,
    home: Option<Home>,
}

impl AgentTaskHandler {
    /// A handler for the lane of this agent.
    pub fn new(agent: Arc<dyn Agent>) -> Self {
        Self { agent, home: None }
    }

    /// The same, with a place for projects that travel.
    #[must_use]
    pub fn at_home(self, home: Home) -> Self {
        Self { home: Some(home), ..self }
    }

    async fn run(&self, attempt: &Attempt, request: &AgentTask) -> Result<Arc<Value>, Failure> {
        let began = Instant::now();
        report(attempt, Stage::Preparing, "making the workspace".to_owned());
        let local = localized(attempt, &request.context, self.home.as_ref()).await;
        let (desk, left) = match &local {
            Ok(context) => (desk(attempt, context).await, Arc::clone(context)),
            Err(failure) => (Err(failure.clone()), left_in(&request.context, self.home.as_ref())),
        };
        let outcome = match &desk {
            Ok(desk) => self.work(attempt, request, desk, began).await,
            Err(failure) => Err(failure.clone()),
        };
        if !goes_on(attempt, &outcome) {
            release_all(self.agent.as_ref(), attempt, &left).await;
        } else if let Ok(desk) = &desk {
            desk.keep();
        }
        outcome
    }

    async fn work(
        &self,
        attempt: &Attempt,
        request: &AgentTask,
        desk: &Workspaces,
        began: Instant,
    ) -> Result<Arc<Value>, Failure> {
        let twins = self.twins(attempt, request, desk).await?;
        let done = self.do_it(attempt, request, &twins, began).await?;
        report(attempt, Stage::Agent, "looking at what was changed".to_owned());
        let changes = changes::collect(&twins).await?;
        let (workspace, agent) = (request.workspace, self.agent.name().to_owned());
        let account = Arc::new(Account { workspace, report: done, agent, changes, began });
        let ended = match &account.report.stopped {
            Some(stopped) => Err(stopped.clone()),
            None if request.apply => apply_all(attempt, request, desk, &account).await,
            None => Ok(()),
        };
        match ended {
            Ok(()) => Ok(Arc::new(account.value(request.apply).await?)),
            Err(failure) => Err(failure.with_result(account.value(false).await?)),
        }
    }

    /// Where the agent works: where an earlier attempt did, if that and what of the task lives on a server are there.
    async fn twins(
        &self,
        attempt: &Attempt,
        request: &AgentTask,
        desk: &Workspaces,
    ) -> Result<Twins, Failure> {
        if attempt.session().is_some() {
            if let Some(twins) = desk.kept_twins()? {
                return Ok(twins);
            }
            self.agent.release(attempt).await;
        }
        Ok(desk.twins(request.workspace == Ground::Empty).await?)
    }

    async fn do_it(
        &self,
        attempt: &Attempt,
        request: &AgentTask,
        twins: &Twins,
        began: Instant,
    ) -> Result<AgentReport, Failure> {
        let say = |message: String| report(attempt, Stage::Agent, message);
        say(format!("{} begins", self.agent.name()));
        let limit = Duration::from_secs_f64(attempt.task.new.attempt_seconds);
        let errand = Errand {
            engagement: Engagement {
                task: attempt.task.id(),
                iteration: 1,
                remote: request.context.remote.as_deref(),
                notes: attempt,
                workspace: &twins.desk,
                time_left: limit.saturating_sub(began.elapsed()),
                progress: &say,
            },
            instruction: &request.instruction,
            ground: request.workspace,
            base: &twins.base,
        };
        self.agent.run_errand(&errand, &attempt.cancel).await
    }
}

/// The folder of the task, which may have been kept.
async fn desk(attempt: &Attempt, context: &Context) -> Result<Workspaces, Failure> {
    let project = Arc::new(Project::open(&context.project_root, &context.workspace_root)?);
    Ok(Workspaces::resume(project, &desk_name(attempt)).await?)
}

fn report(attempt: &Attempt, stage: Stage, message: String) {
    attempt.report(Progress::of_iteration(stage, message, 1, 1));
}

/// Part of the work would be worse than none.
fn may_be_applied(request: &AgentTask, left_out: &[LeftOut], changes: &[Changed]) -> Result<(), Failure> {
    let context = &request.context;
    let refused = |what: &str, why: &str| {
        let message = format!("nothing was applied: {what} {why}; the rest is in the result");
        Err(Failure::new(ErrorKind::Config, message))
    };
    if let Some(LeftOut { name, reason }) = left_out.first() {
        return refused(name, reason);
    }
    let is_ours =
        |path: &&ProjectPath| context.project_root.join(path.as_path()).starts_with(&context.workspace_root);
    match changes.iter().map(|change| &change.path).find(is_ours) {
        Some(path) => refused(path.as_str(), "lies in the workspace root"),
        None => Ok(()),
    }
}

/// Applies what the agent did, all of it or nothing.
async fn apply_all(
    attempt: &Attempt,
    request: &AgentTask,
    desk: &Workspaces,
    account: &Arc<Account>,
) -> Result<(), Failure> {
    may_be_applied(request, &account.left_out(), &account.changes)?;
    report(attempt, Stage::Publishing, "applying the changes".to_owned());
    attempt.renew().await?;
    let (project, account) = (Arc::clone(desk.project()), Arc::clone(account));
    apart(move || apply(project.dir(), &account.changes)).await?
}

impl Handler for AgentTaskHandler {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            match &attempt.task.new.work {
                Work::AgentTask(request) => self.run(attempt, request).await,
                Work::GenerateTests(_)
                | Work::Documents(_)
                | Work::Planning(_)
                | Work::Webhook(_)
                | Work::Noop
                | Work::Custom(_) => {
                    Err(Failure::new(ErrorKind::Internal, "this handler does free-form work only"))
                }
            }
        })
    }

    fn release<'a>(&'a self, attempt: &'a Attempt) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            if let Work::AgentTask(request) = &attempt.task.new.work {
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
