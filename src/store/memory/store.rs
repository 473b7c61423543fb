//! The memory store: every method takes the lock, does its few lines, and is done at its first poll.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;

use super::state::State;
use crate::access::{ApiKey, Project, ProjectId, UserName, WebhookSecret};
use crate::store::{Adoption, Clock, FEED_REST, Limits, PRUNE_BATCH, Promotion, Store, StoreError};
use crate::task::{
    Feed, FeedPlace, Lane, ListFilter, LogLevel, Member, ModelRun, NewTask, ParcelId, ProcessId, Program,
    Progress, QueueStats, Session, Settlement, Tally, Task, TaskEvent, TaskId, TaskPage, TaskStatus,
};

/// Tasks in the memory of this process. Nobody else sees them, so that nothing is ever rescued, adopted or
/// expired: whoever submitted them lives as long as they do.
#[derive(Debug)]
pub struct MemoryStore {
    /// Guards all tasks and their index; held for the few lines of one operation, never across an await.
    state: Mutex<State>,
    /// Replaced as a whole; read under the lock of `state` or alone.
    limits: Mutex<Arc<Limits>>,
    process: ProcessId,
    clock: Clock,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Clock::system())
    }

    /// An empty store that takes its time from `clock`.
    #[must_use]
    pub fn with_clock(clock: Clock) -> Self {
        Self { state: Mutex::default(), limits: Mutex::default(), process: ProcessId::fresh(), clock }
    }

    fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits.lock())
    }

    /// The state of an open store, locked.
    fn open(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.state.lock();
        if state.is_closed() { Err(StoreError::Closed) } else { Ok(state) }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    async fn submit(&self, task: NewTask) -> Result<Arc<Task>, StoreError> {
        let (now, limits) = (self.clock.now(), self.limits());
        self.open()?.admit(task, &limits, now)
    }

    async fn get(&self, id: TaskId) -> Result<Option<Arc<Task>>, StoreError> {
        Ok(self.open()?.get(id))
    }

    async fn ended(&self, ids: &[TaskId]) -> Result<Vec<Arc<Task>>, StoreError> {
        let state = self.open()?;
        let found = ids.iter().filter_map(|id| state.get(*id));
        Ok(found.filter(|task| task.status().is_final()).collect())
    }

    async fn result(&self, id: TaskId) -> Result<Option<Arc<Value>>, StoreError> {
        Ok(self.open()?.result(id))
    }

    async fn list(&self, filter: ListFilter) -> Result<TaskPage, StoreError> {
        Ok(self.open()?.page(&filter))
    }

    async fn events(
        &self,
        id: TaskId,
        after: u32,
        limit: usize,
    ) -> Result<Option<Vec<TaskEvent>>, StoreError> {
        Ok(self.open()?.events(id, after, limit))
    }

    async fn follow(&self, owner: Box<str>) -> Result<FeedPlace, StoreError> {
        let now = self.clock.now();
        Ok(self.open()?.follow(owner, now))
    }

    async fn feed(&self, owner: Box<str>, after: FeedPlace, limit: usize) -> Result<Feed, StoreError> {
        let now = self.clock.now();
        Ok(self.open()?.feed(&owner, after, limit, now))
    }

    async fn tally(&self, owner: Option<Box<str>>) -> Result<Tally, StoreError> {
        Ok(self.open()?.tally(owner.as_deref()))
    }

    async fn stats(&self) -> Result<QueueStats, StoreError> {
        let now = self.clock.now();
        Ok(self.open()?.stats(now))
    }

    async fn claim(&self, lanes: &[Lane], limit: usize) -> Result<Vec<Arc<Task>>, StoreError> {
        let (now, limits) = (self.clock.now(), self.limits());
        self.open()?.claim(lanes, limit, &limits, (self.process, now))
    }

    async fn report(&self, id: TaskId, token: u64, progress: Progress) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.open()?.step(id, |task| task.report(token, progress, now))?;
        Ok(())
    }

    async fn log(&self, id: TaskId, token: u64, lines: Vec<(LogLevel, Box<str>)>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut state = self.open()?;
        state.peek(id).ok_or(StoreError::LeaseLost)?.guard(token)?;
        for line in lines {
            state.log(id, token, line, now)?;
        }
        Ok(())
    }

    async fn keep_session(&self, id: TaskId, token: u64, session: Option<Session>) -> Result<(), StoreError> {
        self.open()?.step(id, |task| task.keep_session(token, session))?;
        Ok(())
    }

    async fn renew(&self, id: TaskId, token: u64) -> Result<(), StoreError> {
        let task = self.open()?.get(id).ok_or(StoreError::LeaseLost)?;
        Ok(task.guard(token)?)
    }

    async fn settle(
        &self,
        id: TaskId,
        token: u64,
        mut settlement: Settlement,
    ) -> Result<Arc<Task>, StoreError> {
        let now = self.clock.now();
        let result = settlement.take_result();
        let mut state = self.open()?;
        let task = state.change(id, now, |task| task.settle(token, &settlement, now))?;
        if let Some(result) = result {
            state.keep_result(id, result);
        }
        Ok(task)
    }

    async fn count_models(&self, runs: Vec<ModelRun>) -> Result<(), StoreError> {
        self.open()?.count_models(&runs);
        Ok(())
    }

    async fn keep_parcel(
        &self,
        id: ParcelId,
        task: TaskId,
        contents: Option<Arc<[u8]>>,
    ) -> Result<bool, StoreError> {
        Ok(self.open()?.parcels.keep(id, task, contents, self.clock.now()))
    }

    async fn parcel(&self, id: ParcelId) -> Result<Option<Arc<[u8]>>, StoreError> {
        Ok(self.open()?.parcels.contents(id))
    }

    async fn keep_key(&self, key: ApiKey) -> Result<(), StoreError> {
        self.open()?.api_keys.insert(key.id.clone(), key);
        Ok(())
    }

    async fn api_key(&self, id: String) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.open()?.api_keys.get(&id).cloned())
    }

    async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let mut keys: Vec<_> = self.open()?.api_keys.values().cloned().collect();
        keys.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(keys)
    }

    async fn revoke_key(&self, id: String) -> Result<Option<ApiKey>, StoreError> {
        let now = self.clock.now();
        Ok(self.open()?.api_keys.get_mut(&id).map(|key| {
            key.revoked_at.get_or_insert(now);
            key.clone()
        }))
    }

    async fn keep_project(&self, project: Project) -> Result<(), StoreError> {
        self.open()?.projects.insert(project.id.clone(), project);
        Ok(())
    }

    async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        Ok(self.open()?.projects.get(&id).cloned())
    }

    async fn projects(&self, member: Option<UserName>) -> Result<Vec<Project>, StoreError> {
        let state = self.open()?;
        let is_meant = |project: &&Project| match &member {
            Some(member) => project.has_member(member.as_str()),
            None => true,
        };
        Ok(state.projects.values().filter(is_meant).cloned().collect())
    }

    async fn remove_project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        Ok(self.open()?.projects.remove(&id))
    }

    async fn keep_webhook_secrets(
        &self,
        id: String,
        secrets: Vec<WebhookSecret>,
    ) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.open()?.api_keys.get_mut(&id).map(|key| {
            key.webhooks.secrets = secrets;
            key.clone()
        }))
    }

    async fn cancel(&self, id: TaskId) -> Result<Option<Arc<Task>>, StoreError> {
        let now = self.clock.now();
        let mut state = self.open()?;
        match state.get(id) {
            Some(task) if !task.status().is_final() => {
                drop(task);
                Ok(Some(state.change(id, now, |task| task.request_cancel(now))?))
            }
            unchanged => Ok(unchanged),
        }
    }

    async fn cancel_requests(&self) -> Result<Vec<TaskId>, StoreError> {
        let running = ListFilter { status: Some(TaskStatus::Running), ..ListFilter::default() };
        let state = self.open()?;
        let ids = state.index.shelves.newest(&running);
        Ok(ids.filter(|id| state.get(*id).is_some_and(|task| task.cancel_requested)).collect())
    }

    async fn heartbeat(&self, _lease: Duration) -> Result<Vec<(TaskId, u64)>, StoreError> {
        let running = ListFilter { status: Some(TaskStatus::Running), ..ListFilter::default() };
        let mut state = self.open()?;
        if let Some(member) = &mut state.member {
            member.seen_at = self.clock.now();
        }
        let ids = state.index.shelves.newest(&running);
        Ok(ids.filter_map(|id| Some((id, state.peek(id)?.token))).collect())
    }

    async fn promote(&self) -> Result<Promotion, StoreError> {
        let now = self.clock.now();
        let mut state = self.open()?;
        let mut promoted = 0;
        while let Some(id) = state.index.first_due(now) {
            state.requeue(id, now)?;
            promoted += 1;
        }
        Ok(Promotion { promoted, next_due: state.index.next_due() })
    }

    async fn join(&self, lanes: &[Lane], _lease: Duration) -> Result<(), StoreError> {
        let (process, program, now) = (self.process, Program::this(), self.clock.now());
        let mut state = self.open()?;
        let joined_at = state.member.as_ref().map_or(now, |member| member.joined_at);
        let (lanes, labels) = Member::abilities(lanes.iter().cloned());
        let running = Vec::new();
        state.member = Some(Member { process, program, lanes, labels, joined_at, seen_at: now, running });
        Ok(())
    }

    async fn leave(&self) -> Result<(), StoreError> {
        self.open()?.member = None;
        Ok(())
    }

    async fn members(&self) -> Result<Vec<Member>, StoreError> {
        let state = self.open()?;
        let running = ListFilter { status: Some(TaskStatus::Running), ..ListFilter::default() };
        let mut running: Vec<TaskId> = state.index.shelves.newest(&running).collect();
        running.reverse();
        let members = state.member.iter().filter(|member| !member.lanes.is_empty());
        Ok(members.map(|member| Member { running: running.clone(), ..member.clone() }).collect())
    }

    async fn has_live_worker(&self, _lane: &Lane) -> Result<bool, StoreError> {
        self.open().map(|_| false)
    }

    async fn needs_rescue(&self) -> Result<bool, StoreError> {
        self.open().map(|_| false)
    }

    async fn rescue(&self) -> Result<Vec<TaskId>, StoreError> {
        self.open().map(|_| Vec::new())
    }

    async fn adopt(&self, _max_age: Duration) -> Result<Adoption, StoreError> {
        self.open().map(|_| Adoption::default())
    }

    async fn prune(&self, _expiry: Duration) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut state = self.open()?;
        let mut pruned = 0;
        while pruned < PRUNE_BATCH {
            let Some(id) = state.index.first_kept_until(now) else { break };
            state.forget(id);
            pruned += 1;
        }
        state.prune_parcels(now);
        state.let_go_of_feeds(self.clock.before(FEED_REST));
        Ok(pruned)
    }

    async fn changed_elsewhere(&self) -> Result<bool, StoreError> {
        self.open().map(|_| false)
    }

    async fn hint(&self) {
        std::future::pending::<()>().await;
    }

    fn set_limits(&self, limits: Limits) {
        *self.limits.lock() = Arc::new(limits);
    }

    fn is_durable(&self) -> bool {
        false
    }

    fn process(&self) -> ProcessId {
        self.process
    }

    async fn close(&self) {
        self.state.lock().close();
    }
}
