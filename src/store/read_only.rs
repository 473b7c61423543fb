//! What may be asked of a store that nothing is written to? Everything that only looks. What would write is refused at once,
//! with the reason; what goes on by itself elsewhere has nothing to do here.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Adoption, Limits, Promotion, Store, StoreError};
use crate::access::{ApiKey, Project, ProjectId, UserName, WebhookSecret};
use crate::task::{
    Feed, FeedPlace, Lane, ListFilter, LogLevel, Member, ModelRun, NewTask, ParcelId, ProcessId, Progress,
    QueueStats, Session, Settlement, Tally, Task, TaskEvent, TaskId, TaskPage,
};

/// A store that was opened to be read.
#[derive(Debug)]
pub struct ReadOnly<S> {
    pub(super) store: S,
    pub(super) why: Observed,
}

/// Which store is only read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Observed {
    pub(super) location: String,
    pub(super) reason: String,
}

/// Why a store is only read that could be written to.
pub(super) const BY_SETTING: &str = "nothing is submitted, cancelled or run, by the setting store_read_only \
     (OPENHANDS_STORE_READ_ONLY)";

impl Observed {
    pub(super) fn new(location: &impl ToString, reason: impl Into<String>) -> Self {
        Self { location: location.to_string(), reason: reason.into() }
    }

    /// The error of whoever would write.
    pub(super) fn refusal(&self) -> StoreError {
        StoreError::ReadOnly { location: self.location.clone(), reason: self.reason.clone() }
    }
}

impl<S> ReadOnly<S> {
    fn refuse<T>(&self) -> Result<T, StoreError> {
        Err(self.why.refusal())
    }
}

impl<S: Store> Store for ReadOnly<S> {
    async fn submit(&self, _: NewTask) -> Result<Arc<Task>, StoreError> {
        self.refuse()
    }

    async fn get(&self, id: TaskId) -> Result<Option<Arc<Task>>, StoreError> {
        self.store.get(id).await
    }

    async fn ended(&self, ids: &[TaskId]) -> Result<Vec<Arc<Task>>, StoreError> {
        self.store.ended(ids).await
    }

    async fn result(&self, id: TaskId) -> Result<Option<Arc<Value>>, StoreError> {
        self.store.result(id).await
    }

    async fn list(&self, filter: ListFilter) -> Result<TaskPage, StoreError> {
        self.store.list(filter).await
    }

    async fn events(
        &self,
        id: TaskId,
        after: u32,
        limit: usize,
    ) -> Result<Option<Vec<TaskEvent>>, StoreError> {
        self.store.events(id, after, limit).await
    }

    async fn follow(&self, _: Box<str>) -> Result<FeedPlace, StoreError> {
        self.refuse()
    }

    async fn feed(&self, owner: Box<str>, after: FeedPlace, limit: usize) -> Result<Feed, StoreError> {
        // What is only looked at is followed by nobody.
        Ok(Feed { is_stale: false, ..self.store.feed(owner, after, limit).await? })
    }

    async fn tally(&self, owner: Option<Box<str>>) -> Result<Tally, StoreError> {
        self.store.tally(owner).await
    }

    async fn stats(&self) -> Result<QueueStats, StoreError> {
        self.store.stats().await
    }

    async fn claim(&self, _: &[Lane], _: usize) -> Result<Vec<Arc<Task>>, StoreError> {
        self.refuse()
    }

    async fn report(&self, _: TaskId, _: u64, _: Progress) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn log(&self, _: TaskId, _: u64, _: Vec<(LogLevel, Box<str>)>) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn keep_session(&self, _: TaskId, _: u64, _: Option<Session>) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn renew(&self, _: TaskId, _: u64) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn settle(&self, _: TaskId, _: u64, _: Settlement) -> Result<Arc<Task>, StoreError> {
        self.refuse()
    }

    async fn count_models(&self, _: Vec<ModelRun>) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn keep_parcel(&self, _: ParcelId, _: TaskId, _: Option<Arc<[u8]>>) -> Result<bool, StoreError> {
        self.refuse()
    }

    async fn parcel(&self, id: ParcelId) -> Result<Option<Arc<[u8]>>, StoreError> {
        self.store.parcel(id).await
    }

    async fn keep_key(&self, _: ApiKey) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn api_key(&self, id: String) -> Result<Option<ApiKey>, StoreError> {
        self.store.api_key(id).await
    }

    async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.store.api_keys().await
    }

    async fn revoke_key(&self, _: String) -> Result<Option<ApiKey>, StoreError> {
        self.refuse()
    }

    async fn keep_project(&self, _: Project) -> Result<(), StoreError> {
        self.refuse()
    }

    async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        self.store.project(id).await
    }

    async fn projects(&self, member: Option<UserName>) -> Result<Vec<Project>, StoreError> {
        self.store.projects(member).await
    }

    async fn remove_project(&self, _: ProjectId) -> Result<Option<Project>, StoreError> {
        self.refuse()
    }

    async fn keep_webhook_secrets(
        &self,
        _: String,
        _: Vec<WebhookSecret>,
    ) -> Result<Option<ApiKey>, StoreError> {
        self.refuse()
    }

    async fn cancel(&self, _: TaskId) -> Result<Option<Arc<Task>>, StoreError> {
        self.refuse()
    }

    async fn cancel_requests(&self) -> Result<Vec<TaskId>, StoreError> {
        Ok(Vec::new())
    }

    async fn heartbeat(&self, _: Duration) -> Result<Vec<(TaskId, u64)>, StoreError> {
        self.refuse()
    }

    async fn promote(&self) -> Result<Promotion, StoreError> {
        Ok(Promotion::default())
    }

    /// Who works nothing joins without a trace.
    async fn join(&self, lanes: &[Lane], _: Duration) -> Result<(), StoreError> {
        if lanes.is_empty() { Ok(()) } else { self.refuse() }
    }

    async fn leave(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn has_live_worker(&self, lane: &Lane) -> Result<bool, StoreError> {
        self.store.has_live_worker(lane).await
    }

    async fn members(&self) -> Result<Vec<Member>, StoreError> {
        self.store.members().await
    }

    async fn needs_rescue(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn rescue(&self) -> Result<Vec<TaskId>, StoreError> {
        Ok(Vec::new())
    }

    async fn adopt(&self, _: Duration) -> Result<Adoption, StoreError> {
        Ok(Adoption::default())
    }

    async fn prune(&self, _: Duration) -> Result<usize, StoreError> {
        Ok(0)
    }

    async fn changed_elsewhere(&self) -> Result<bool, StoreError> {
        self.store.changed_elsewhere().await
    }

    async fn hint(&self) {
        self.store.hint().await;
    }

    fn set_limits(&self, limits: Limits) {
        self.store.set_limits(limits);
    }

    fn is_durable(&self) -> bool {
        self.store.is_durable()
    }

    fn process(&self) -> ProcessId {
        self.store.process()
    }

    async fn close(&self) {
        self.store.close().await;
    }
}
