//! What may one user reach? Their own tasks: every other id is one that is not there.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio_util::sync::CancellationToken;

use super::app::App;
use super::caller::Caller;
use crate::config::Settings;
use crate::engine::{Engine, EngineError, Finished};
use crate::server::http::Problem;
use crate::task::{
    Context, Cursor, Feed, FeedPlace, Kind, Lane, ListFilter, NewTask, ProcessId, Task, TaskEvent, TaskId,
    TaskPage, TaskStatus, Terms,
};

/// The tasks of one user.
#[derive(Debug, Clone)]
pub(in crate::server) struct Scope {
    pub(super) app: Arc<App>,
    caller: Caller,
}

/// Which of them a listing shows, newest first.
#[derive(Debug)]
pub(in crate::server) struct Listing {
    /// Of these statuses.
    pub(in crate::server) statuses: Vec<TaskStatus>,
    /// Only of this kind.
    pub(in crate::server) kind: Option<Kind>,
    /// At most so many.
    pub(in crate::server) limit: usize,
    /// Where the page before ended.
    pub(in crate::server) cursor: Option<Cursor>,
}

impl FromRequestParts<Arc<App>> for Scope {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::of_request(parts, app).await?;
        Ok(Self { app: Arc::clone(app), caller })
    }
}

impl Scope {
    /// The tasks of the one user of this machine.
    pub(in crate::server) fn of_local(app: &Arc<App>) -> Self {
        Self { app: Arc::clone(app), caller: Caller::local() }
    }

    /// Whose tasks they are.
    pub(in crate::server) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// For the other files of this folder.
    pub(super) fn engine(&self) -> &Engine {
        &self.app.engine
    }

    /// The settings of the service.
    pub(in crate::server) fn settings(&self) -> &Settings {
        &self.app.settings
    }

    /// What all tasks submitted here share.
    pub(in crate::server) fn context(&self) -> &Arc<Context> {
        &self.app.context
    }

    /// The process that submits.
    pub(in crate::server) fn process(&self) -> ProcessId {
        self.app.engine.process()
    }

    /// Fires when the service is about to end.
    pub(in crate::server) fn closing(&self) -> &CancellationToken {
        self.app.closing()
    }

    /// Runs what goes on where nobody waits for it any more, and answers it if it has ended within `limit`.
    pub(in crate::server) async fn detach<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<Option<T>, Problem> {
        match tokio::time::timeout(limit, self.app.detach(work)).await {
            Ok(Ok(outcome)) => outcome.map(Some),
            Ok(Err(error)) => Err(Problem::bug(&error.to_string())),
            Err(_) => Ok(None),
        }
    }

    /// Whether its user may still be served.
    pub(in crate::server) async fn is_still_admitted(&self) -> bool {
        self.caller.is_still_admitted(&self.app).await
    }

    /// Whether anyone runs tasks of a lane.
    pub(in crate::server) async fn has_worker(&self, lane: &Lane) -> Result<bool, Problem> {
        Ok(self.app.engine.has_worker(lane).await?)
    }

    /// Keeps a task as this user's. What it waits for must be theirs too.
    pub(in crate::server) async fn submit(&self, task: NewTask) -> Result<Arc<Task>, Problem> {
        for id in task.depends_on() {
            if self.find(*id).await?.is_none() {
                let detail = format!("task {id} not found: name tasks of yours that are still kept");
                return Err(Problem::field("depends_on", detail));
            }
        }
        let owner = self.caller.owner.clone();
        Ok(self.app.engine.submit(NewTask { owner, ..task }).await?)
    }

    /// One of their tasks.
    pub(in crate::server) async fn task(&self, id: TaskId) -> Result<Arc<Task>, Problem> {
        self.find(id).await?.ok_or_else(|| Problem::no_task(&id.to_string()))
    }

    pub(super) async fn find(&self, id: TaskId) -> Result<Option<Arc<Task>>, Problem> {
        match self.app.engine.get(id).await {
            Ok(task) => Ok(Some(task).filter(|task| task.new.owner == self.caller.owner)),
            Err(EngineError::TaskNotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// One of their tasks as it stands once it has ended, or after `limit`.
    pub(in crate::server) async fn settled(&self, id: TaskId, limit: Duration) -> Result<Arc<Task>, Problem> {
        let task = self.task(id).await?;
        if task.status().is_final() || limit.is_zero() {
            return Ok(task);
        }
        let waited = tokio::select! {
            waited = self.app.engine.wait(id, Some(limit)) => waited,
            () = self.closing().cancelled() => return self.task(id).await,
        };
        match waited {
            Ok(finished) => Ok(finished.task),
            Err(EngineError::WaitTimedOut { .. }) => self.task(id).await,
            Err(error) => Err(error.into()),
        }
    }

    /// What one of their tasks left, if it had ended when it was read.
    pub(in crate::server) async fn finished(&self, task: &Task) -> Result<Option<Finished>, Problem> {
        if task.new.owner != self.caller.owner {
            return Err(Problem::no_task(&task.id().to_string()));
        }
        if !task.status().is_final() {
            return Ok(None);
        }
        Ok(self.app.engine.finished_now(task.id()).await?)
    }

    /// One page, and how many there are on all pages.
    pub(in crate::server) async fn list(&self, listing: &Listing) -> Result<(TaskPage, u64), Problem> {
        let kind = listing.kind.as_ref().map(Kind::as_str);
        let owner = Some(self.caller.owner.clone());
        let total = self.app.engine.tally(owner.clone()).await?.count(&listing.statuses, kind);
        let of = |status| ListFilter {
            status,
            kind: listing.kind.clone(),
            owner: owner.clone(),
            limit: listing.limit,
            cursor: listing.cursor,
        };
        if listing.statuses.len() == TaskStatus::ALL.len() {
            return Ok((self.app.engine.list(of(None)).await?, total));
        }
        let mut pages = Vec::new();
        for status in &listing.statuses {
            pages.push(self.app.engine.list(of(Some(*status))).await?);
        }
        Ok((merged(pages, listing.limit), total))
    }

    /// Asks for the end of a task, and waits a while until it is dead.
    pub(in crate::server) async fn cancel(&self, id: TaskId) -> Result<Arc<Task>, Problem> {
        let id = self.task(id).await?.id();
        Ok(self.app.engine.cancel(id).await?)
    }

    /// Submits a task that ended without success once more.
    pub(in crate::server) async fn retry(&self, id: TaskId, terms: Terms) -> Result<Arc<Task>, Problem> {
        let task = self.task(id).await?;
        self.check_project(&task.new.work).await?;
        Ok(self.app.engine.retry(task.id(), terms).await?)
    }

    /// What happened to a task after event `after`; waits for the next, at most `limit`.
    pub(in crate::server) async fn events(
        &self,
        id: TaskId,
        after: u32,
        limit: Duration,
    ) -> Result<Vec<TaskEvent>, Problem> {
        let id = self.task(id).await?.id();
        Ok(self.app.engine.events(id, after, limit).await?)
    }

    /// Where what happens to all of their tasks begins now.
    pub(in crate::server) async fn follow(&self) -> Result<FeedPlace, Problem> {
        Ok(self.app.engine.follow(self.caller.owner.clone()).await?)
    }

    /// What happened to all of their tasks after a place; waits for the next, at most `limit`.
    pub(in crate::server) async fn feed(&self, after: FeedPlace, limit: Duration) -> Result<Feed, Problem> {
        Ok(self.app.engine.feed(self.caller.owner.clone(), after, limit).await?)
    }
}

/// One page of several, each newest first. A task that moved from one status to another meanwhile is on it once.
pub(super) fn merged(pages: Vec<TaskPage>, limit: usize) -> TaskPage {
    let has_more = pages.iter().any(|page| page.next_cursor.is_some());
    let mut tasks: Vec<Arc<Task>> = pages.into_iter().flat_map(|page| page.tasks).collect();
    tasks.sort_by_key(|task| std::cmp::Reverse(task.id()));
    tasks.dedup_by_key(|task| task.id());
    let has_more = has_more || tasks.len() > limit;
    tasks.truncate(limit);
    let next_cursor = tasks.last().filter(|_| has_more).map(|task| task.id());
    TaskPage { tasks, next_cursor }
}
