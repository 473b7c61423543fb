//! The engine as callers see it: every call that Python, the command line and the service make.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::task::JoinHandle;

use super::error::{EngineError, InvalidRequest};
use super::options::EngineOptions;
use super::outcome::Finished;
use super::shared::Shared;
use super::{delivery, dispatcher, housekeeping, lease, packing, terms, watch};
use crate::kinds::{Handler, Home, StopReason};
use crate::store::{AnyStore, Paused, Store, StoreLocation};
use crate::task::{
    Lane, ListFilter, Member, NewTask, ProcessId, QueueStats, State, Task, TaskId, TaskPage, TaskStatus,
    Terms, Travel, Wait, Work,
};

/// How long [`Engine::cancel`] waits for the processes of a running task to be dead.
const CANCEL_WAIT: Duration = Duration::from_secs(10);

/// One engine over one store.
#[derive(Debug)]
pub struct Engine {
    pub(super) shared: Arc<Shared>,
    /// What works by itself; taken by the first [`Engine::stop`].
    background: Mutex<Option<Background>>,
}

#[derive(Debug)]
struct Background {
    dispatcher: JoinHandle<()>,
    housekeeping: JoinHandle<()>,
    lease: JoinHandle<()>,
}

impl Engine {
    /// Opens the store and starts working: rescues and adopts what earlier processes left, then claims.
    /// Must be called inside a tokio runtime.
    pub async fn open(location: &StoreLocation, options: EngineOptions) -> Result<Self, EngineError> {
        let store = Arc::new(AnyStore::open_on(location, options.clock.clone(), &options.store).await?);
        store.set_limits(options.limits.clone());
        let shared = Arc::new(Shared::new(store, options));
        housekeeping::begin(&shared).await?;
        let background = Background {
            dispatcher: tokio::spawn(dispatcher::run(Arc::clone(&shared))),
            housekeeping: tokio::spawn(housekeeping::run(Arc::clone(&shared))),
            lease: tokio::spawn(lease::run(Arc::clone(&shared))),
        };
        Ok(Self { shared, background: Mutex::new(Some(background)) })
    }

    /// Keeps a task and answers its record. With a durable store it survives from here on.
    pub async fn submit(&self, task: NewTask) -> Result<Arc<Task>, EngineError> {
        if self.shared.closing.is_cancelled() {
            return Err(EngineError::Closed);
        }
        if travels(&task.work) {
            // Boxed: nearly no project travels, and every submission would carry the room for it.
            return Box::pin(self.submit_packed(task)).await;
        }
        let task = self.shared.store.submit(task).await?;
        self.welcome(&task);
        Ok(task)
    }

    /// The same for a task whose project goes to where it runs.
    async fn submit_packed(&self, task: NewTask) -> Result<Arc<Task>, EngineError> {
        let task = packing::pack(&self.shared, task).await?;
        let task = self.shared.store.submit(task).await?;
        self.welcome(&task);
        delivery::await_delivery(&self.shared, task.id());
        Ok(task)
    }

    /// A task was kept: wakes whoever takes it further.
    fn welcome(&self, task: &Task) {
        self.shared.followers.hint(&task.new.owner);
        if let Work::Planning(planning) = &task.new.work {
            tracing::info!("📝 Created task {}: {}", task.id(), planning.tool);
        }
        match task.state {
            State::Pending { .. } => self.shared.due.notify_one(),
            _ => self.shared.task_queued_in(&task.new.lane),
        }
    }

    /// This process has a project: what was made for it elsewhere is put there.
    pub fn add_home(&self, project_root: &Path, home: &Home) {
        self.shared.homes.add(project_root, home);
    }

    /// The task as it stands now.
    pub async fn get(&self, id: TaskId) -> Result<Arc<Task>, EngineError> {
        self.shared.store.get(id).await?.ok_or_else(|| not_found(id))
    }

    /// Waits until the task has ended, at most `limit`; the task itself goes on.
    pub async fn wait(&self, id: TaskId, limit: Option<Duration>) -> Result<Finished, EngineError> {
        let mut ticket = self.shared.waiters.register(id);
        let now = self.get(id).await?;
        if now.status().is_final() {
            return self.finished(now).await;
        }
        let completion = match limit {
            Some(limit) => match self.shared.options.clock.within(limit, ticket.completion()).await {
                Some(completion) => completion,
                None => return Err(self.wait_timed_out(id, limit).await?),
            },
            None => ticket.completion().await,
        };
        self.finished(completion.ok_or(EngineError::Closed)?).await
    }

    /// The final record with its result, if the task has ended.
    pub async fn finished_now(&self, id: TaskId) -> Result<Option<Finished>, EngineError> {
        let task = self.get(id).await?;
        if !task.status().is_final() {
            return Ok(None);
        }
        self.finished(task).await.map(Some)
    }

    /// Asks for the end of a task and waits until its processes are dead, for a while. A finished task is
    /// answered unchanged.
    pub async fn cancel(&self, id: TaskId) -> Result<Arc<Task>, EngineError> {
        let task = self.shared.store.cancel(id).await?.ok_or_else(|| not_found(id))?;
        watch::follow_up(&self.shared, &task).await;
        match task.status() {
            TaskStatus::Running => self.stop_here(&task).await,
            // What of it lives on a server is ended first, by whoever works its lane.
            TaskStatus::Queued => self.shared.task_queued(),
            _ => return Ok(task),
        }
        match self.wait(id, Some(CANCEL_WAIT)).await {
            Ok(finished) => Ok(finished.task),
            Err(EngineError::WaitTimedOut { .. }) => self.get(id).await,
            Err(error) => Err(error),
        }
    }

    /// Stops the attempt of a task that this process runs. It may have been claimed and not begun yet.
    async fn stop_here(&self, task: &Task) {
        let here = State::Running { process: self.process() };
        while task.state == here && !self.shared.stop_attempt(task.id(), StopReason::Cancelled) {
            tokio::time::sleep(Duration::from_millis(1)).await;
            match self.shared.store.get(task.id()).await {
                Ok(Some(now)) if now.state == here && now.token == task.token => {}
                _ => return,
            }
        }
    }

    /// Submits the work of a task that ended without success, or was left behind, once more: a new task, whose
    /// metadata says `retry_of`. The terms are those of the new one.
    pub async fn retry(&self, id: TaskId, terms: Terms) -> Result<Arc<Task>, EngineError> {
        let terms = terms::checked(terms)?;
        let old = self.get(id).await?;
        match old.state {
            State::Failed | State::Cancelled => {}
            State::Pending { wait: Wait::LeftBehind } => drop(self.cancel(id).await?),
            _ => {
                let message =
                    format!("task {id} is {}: only a failed or cancelled task can be retried", old.status());
                return Err(InvalidRequest::new("task_id", message).into());
            }
        }
        let new = NewTask {
            id: TaskId::fresh(),
            metadata: with_retry_of(&old),
            submitter: self.shared.store.process(),
            // Those of the old task stand for that one, and what it waited for has ended.
            terms,
            ..old.new.clone()
        };
        self.submit(new).await
    }

    /// One page of tasks, newest first; webhooks for whoever asks for their owner or their kind.
    pub async fn list(&self, filter: ListFilter) -> Result<TaskPage, EngineError> {
        if !(1..=1000).contains(&filter.limit) {
            let message = format!("must be between 1 and 1000, not {}", filter.limit);
            return Err(InvalidRequest::new("limit", message).into());
        }
        Ok(self.shared.store.list(filter).await?)
    }

    /// How many tasks there are, by status, webhooks apart.
    pub async fn stats(&self) -> Result<QueueStats, EngineError> {
        Ok(self.shared.store.stats().await?)
    }

    /// The living processes that run tasks of the store, this one too.
    pub async fn members(&self) -> Result<Vec<Member>, EngineError> {
        Ok(self.shared.store.members().await?)
    }

    /// Whether this or another living process works a lane.
    pub async fn has_worker(&self, lane: &Lane) -> Result<bool, EngineError> {
        Ok(self.works(lane) || self.shared.store.has_live_worker(lane).await?)
    }

    /// Adds a handler, with workers of its own, or replaces the one of a lane that has one: attempts that begin
    /// later use it. It is kept until the engine stops.
    pub fn register(&self, lane: Lane, workers: usize, handler: Arc<dyn Handler>) {
        self.shared.crew.register(lane, workers, handler);
        self.shared.work.ring_for_workers();
    }

    /// Whether this process works a lane.
    #[must_use]
    pub fn works(&self, lane: &Lane) -> bool {
        self.shared.crew.works(lane)
    }

    /// How many tasks nobody will run once this process ends: those that wait and those that run here, unless
    /// another living process works their lanes.
    pub async fn left_to_nobody(&self) -> Result<u64, EngineError> {
        let mut here = 0;
        for id in self.shared.running_ids() {
            // By its row: an attempt whose end is stored may still be about to leave the list.
            let task = self.shared.store.get(id).await?;
            here += u64::from(task.is_some_and(|task| !task.status().is_final()));
        }
        // Counted before the look at who waits: what comes in between has a process of its own.
        let waiting = self.stats().await?.queue_size;
        let mut lanes = if here > 0 { self.shared.crew.lanes() } else { Vec::new() };
        for status in [TaskStatus::Queued, TaskStatus::Pending] {
            let newest = ListFilter { status: Some(status), limit: 1, ..ListFilter::default() };
            lanes.extend(self.list(newest).await?.tasks.pop().map(|task| task.new.lane.clone()));
        }
        if lanes.is_empty() {
            return Ok(0);
        }
        for lane in &lanes {
            if self.shared.store.has_live_worker(lane).await? {
                return Ok(0);
            }
        }
        Ok(waiting + here)
    }

    /// Whether tasks outlive this process.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.shared.store.is_durable()
    }

    /// The id under which this process takes part.
    #[must_use]
    pub fn process(&self) -> ProcessId {
        self.shared.store.process()
    }

    /// Whether [`Engine::stop`] has begun.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.closing.is_cancelled()
    }

    /// Stops claiming, waits up to `grace` for what runs, gives the rest back to the queue without using up
    /// its attempt, and closes the store. Idempotent; returns when all is down.
    pub async fn stop(&self, grace: Duration) {
        self.shared.closing.cancel();
        let background = self.background.lock().take();
        let Some(mut background) = background else {
            self.shared.closed.cancelled().await;
            return;
        };
        if tokio::time::timeout(grace, &mut background.dispatcher).await.is_err() {
            self.shared.abandon_attempts();
            // Its attempts end when their processes are dead.
            let _ = background.dispatcher.await;
        }
        for handler in self.shared.crew.all_handlers() {
            handler.close().await;
        }
        self.shared.store.close().await;
        self.shared.closed.cancel();
        let _ = background.housekeeping.await;
        let _ = background.lease.await;
        self.shared.waiters.clear();
        self.shared.crew.dismiss();
    }

    /// Before a fork: nothing is read or written until the answer is dropped; calls wait meanwhile.
    pub async fn pause(&self) -> Option<Paused> {
        self.shared.store.pause().await
    }

    /// In a forked child, before the inherited engine is forgotten: it must not keep the parent's sign of life.
    pub fn let_go_after_fork(&self) {
        self.shared.crew.let_go_after_fork();
        self.shared.store.let_go_after_fork();
    }

    async fn finished(&self, task: Arc<Task>) -> Result<Finished, EngineError> {
        let result = self.shared.store.result(task.id()).await?;
        let finished = Finished::new(task, result);
        if delivery::is_due(&finished.task) {
            return Ok(Box::pin(delivery::deliver(&self.shared, finished)).await);
        }
        Ok(finished)
    }

    async fn wait_timed_out(&self, id: TaskId, limit: Duration) -> Result<EngineError, EngineError> {
        let status = self.get(id).await?.status();
        let seconds = limit.as_secs_f64();
        Ok(EngineError::WaitTimedOut { id: id.to_string(), status: status.to_string(), seconds })
    }
}

/// Whether the project of a task goes to where the task runs.
fn travels(work: &Work) -> bool {
    work.context().is_some_and(|context| context.travel != Travel::Shared)
}

fn with_retry_of(old: &Task) -> Box<str> {
    let mut metadata: Map<String, Value> = serde_json::from_str(&old.new.metadata).unwrap_or_default();
    metadata.insert("retry_of".to_owned(), old.id().to_string().into());
    Value::Object(metadata).to_string().into_boxed_str()
}

/// The error of an id that no task has.
pub(super) fn not_found(id: TaskId) -> EngineError {
    EngineError::TaskNotFound { id: id.to_string() }
}
