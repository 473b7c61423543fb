//! The `SQLite` store: writes go to the writer, reads to the readers, and questions of life to the locks.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;

use super::access::{KeepKey, KeepWebhookSecrets, RevokeKey};
use super::attempt::{KeepSession, Lease, Log, Renew, Report};
use super::cancel::Cancel;
use super::claim::Claim;
use super::feed::Follow;
use super::membership::{ChangedElsewhere, Heartbeat, Join, Leave};
use super::models::CountModels;
use super::parcels::KeepParcel;
use super::pause::Paused;
use super::presence::Presence;
use super::projects::{KeepProject, RemoveProject};
use super::promote::Promote;
use super::reader::Reader;
use super::settle::Settle;
use super::submit::Submit;
use super::writer::Writer;
use super::{open, rows};
use crate::access::{ApiKey, Project, ProjectId, UserName, WebhookSecret};
use crate::store::{Adoption, Clock, Limits, Promotion, SchemaReport, Store, StoreError, StoreTerms};
use crate::task::{
    Feed, FeedPlace, Lane, ListFilter, LogLevel, Member, ModelRun, NewTask, ParcelId, ProcessId, Progress,
    QueueStats, Session, Settlement, Tally, Task, TaskEvent, TaskId, TaskPage,
};

/// Tasks in one file.
#[derive(Debug)]
pub struct SqliteStore {
    pub(super) writer: Writer,
    pub(super) reader: Reader,
    /// Shared with the threads that look after other processes.
    pub(super) presence: Arc<Presence>,
    /// Replaced as a whole; held for a clone or a replacement.
    pub(super) limits: Mutex<Arc<Limits>>,
    pub(super) process: ProcessId,
    pub(super) clock: Clock,
}

/// How long progress, lines and heartbeats wait for a commit that others need.
const LINGER: Duration = Duration::from_millis(250);

impl SqliteStore {
    /// Opens the store in this file, and makes it where there is none. Needs a tokio runtime, on which the
    /// writer lives.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_on(path, &StoreTerms::default()).await
    }

    /// The same, with times taken from `clock` and every operation committed at once.
    pub async fn open_with_clock(path: &Path, clock: Clock) -> Result<Self, StoreError> {
        open::open(path, clock, Duration::ZERO, &StoreTerms::default()).await
    }

    /// Opens the store on terms of the caller's.
    pub(in crate::store) async fn open_on(path: &Path, terms: &StoreTerms) -> Result<Self, StoreError> {
        open::open(path, Clock::system(), LINGER, terms).await
    }

    /// How the schema stands to this program's; changes nothing.
    pub(in crate::store) async fn look_at_schema(
        path: &Path,
        terms: &StoreTerms,
    ) -> Result<SchemaReport, StoreError> {
        open::look_at_schema(path, terms).await
    }

    /// Applies what the schema lacks, and says what that was.
    pub(in crate::store) async fn migrate(
        path: &Path,
        terms: &StoreTerms,
    ) -> Result<SchemaReport, StoreError> {
        open::migrate(path, terms).await
    }

    fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits.lock())
    }

    /// For a forked child, which must not keep its parent's lock alive: closes the inherited descriptor. The
    /// parent is not affected; the store is of no further use in the child.
    pub fn close_inherited_lock(&self) {
        self.presence.close_inherited();
    }

    /// Closes every connection until the answer is dropped; calls wait meanwhile. A process must do so to fork.
    pub async fn pause(&self) -> Paused {
        let writer = self.writer.pause().await;
        Paused { reader: self.reader.pause().await, writer }
    }

    /// What the database said of a read, with the file's name and the way out.
    fn explain<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        outcome.map_err(|error| match error {
            StoreError::Database(error) => open::explain(self.reader.place(), error),
            other => other,
        })
    }

    /// The read-only side of an open store.
    pub(super) fn reader(&self) -> Result<&Reader, StoreError> {
        if self.writer.is_closed() { Err(StoreError::Closed) } else { Ok(&self.reader) }
    }
}

impl Store for SqliteStore {
    async fn submit(&self, task: NewTask) -> Result<Arc<Task>, StoreError> {
        self.writer.apply(Submit::new(task, self.limits())?).await
    }

    async fn get(&self, id: TaskId) -> Result<Option<Arc<Task>>, StoreError> {
        self.explain(self.reader()?.get(id).await)
    }

    async fn ended(&self, ids: &[TaskId]) -> Result<Vec<Arc<Task>>, StoreError> {
        self.explain(self.reader()?.ended(ids).await)
    }

    async fn result(&self, id: TaskId) -> Result<Option<Arc<Value>>, StoreError> {
        self.explain(self.reader()?.result(id).await)
    }

    async fn list(&self, filter: ListFilter) -> Result<TaskPage, StoreError> {
        self.explain(self.reader()?.list(&filter).await)
    }

    async fn events(
        &self,
        id: TaskId,
        after: u32,
        limit: usize,
    ) -> Result<Option<Vec<TaskEvent>>, StoreError> {
        self.explain(self.reader()?.events(id, after, limit).await)
    }

    async fn follow(&self, owner: Box<str>) -> Result<FeedPlace, StoreError> {
        if let Some(place) = self.explain(self.reader()?.feed_end(&owner, self.clock.now()).await)? {
            return Ok(place);
        }
        self.writer.apply(Follow { owner }).await
    }

    async fn feed(&self, owner: Box<str>, after: FeedPlace, limit: usize) -> Result<Feed, StoreError> {
        self.explain(self.reader()?.feed(&owner, after, limit, self.clock.now()).await)
    }

    async fn tally(&self, owner: Option<Box<str>>) -> Result<Tally, StoreError> {
        self.explain(self.reader()?.tally(owner.as_deref()).await)
    }

    async fn stats(&self) -> Result<QueueStats, StoreError> {
        let workers = self.live_workers().await?.filter(|(_, lanes)| !lanes.is_empty()).count() as u64;
        Ok(QueueStats { workers, ..self.reader()?.stats(self.clock.now()).await? })
    }

    async fn claim(&self, lanes: &[Lane], limit: usize) -> Result<Vec<Arc<Task>>, StoreError> {
        let (lanes, limits) = (lanes.to_vec(), self.limits());
        self.writer.apply(Claim { lanes, wanted: limit, limits }).await
    }

    async fn report(&self, id: TaskId, token: u64, progress: Progress) -> Result<(), StoreError> {
        self.writer.apply(Report { lease: Lease { id, token }, progress }).await
    }

    async fn log(&self, id: TaskId, token: u64, lines: Vec<(LogLevel, Box<str>)>) -> Result<(), StoreError> {
        self.writer.apply(Log { lease: Lease { id, token }, lines }).await
    }

    async fn keep_session(&self, id: TaskId, token: u64, session: Option<Session>) -> Result<(), StoreError> {
        self.writer.apply(KeepSession { lease: Lease { id, token }, session }).await
    }

    async fn renew(&self, id: TaskId, token: u64) -> Result<(), StoreError> {
        self.writer.apply(Renew { lease: Lease { id, token } }).await
    }

    async fn settle(&self, id: TaskId, token: u64, settlement: Settlement) -> Result<Arc<Task>, StoreError> {
        self.writer.apply(Settle::new(Lease { id, token }, settlement)?).await
    }

    async fn count_models(&self, runs: Vec<ModelRun>) -> Result<(), StoreError> {
        self.writer.apply(CountModels { runs }).await
    }

    async fn keep_parcel(
        &self,
        id: ParcelId,
        task: TaskId,
        contents: Option<Arc<[u8]>>,
    ) -> Result<bool, StoreError> {
        self.writer.apply(KeepParcel { id, task, contents }).await
    }

    async fn parcel(&self, id: ParcelId) -> Result<Option<Arc<[u8]>>, StoreError> {
        Ok(self.reader()?.parcel(id).await?.map(Arc::from))
    }

    async fn keep_key(&self, key: ApiKey) -> Result<(), StoreError> {
        self.writer.apply(KeepKey { key }).await
    }

    async fn api_key(&self, id: String) -> Result<Option<ApiKey>, StoreError> {
        self.explain(self.reader()?.api_key(id).await)
    }

    async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.explain(self.reader()?.api_keys().await)
    }

    async fn revoke_key(&self, id: String) -> Result<Option<ApiKey>, StoreError> {
        self.writer.apply(RevokeKey { id: id.clone() }).await?;
        self.api_key(id).await
    }

    async fn keep_project(&self, project: Project) -> Result<(), StoreError> {
        self.writer.apply(KeepProject { project }).await
    }

    async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        self.explain(self.reader()?.project(id).await)
    }

    async fn projects(&self, member: Option<UserName>) -> Result<Vec<Project>, StoreError> {
        self.explain(self.reader()?.projects(member).await)
    }

    async fn remove_project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let found = self.project(id.clone()).await?;
        self.writer.apply(RemoveProject { id }).await?;
        Ok(found)
    }

    async fn keep_webhook_secrets(
        &self,
        id: String,
        secrets: Vec<WebhookSecret>,
    ) -> Result<Option<ApiKey>, StoreError> {
        self.writer.apply(KeepWebhookSecrets { id: id.clone(), secrets }).await?;
        self.api_key(id).await
    }

    async fn cancel(&self, id: TaskId) -> Result<Option<Arc<Task>>, StoreError> {
        self.writer.apply(Cancel { id }).await
    }

    async fn cancel_requests(&self) -> Result<Vec<TaskId>, StoreError> {
        self.reader()?.cancel_requests(self.process).await
    }

    async fn heartbeat(&self, lease: Duration) -> Result<Vec<(TaskId, u64)>, StoreError> {
        self.writer.apply(Heartbeat { lease }).await
    }

    async fn promote(&self) -> Result<Promotion, StoreError> {
        let mut promoted = 0;
        loop {
            let next_due = self.reader()?.next_due().await?;
            if next_due.is_none_or(|due| due > self.clock.now()) {
                return Ok(Promotion { promoted, next_due });
            }
            promoted += self.writer.apply(Promote).await?;
        }
    }

    async fn join(&self, lanes: &[Lane], lease: Duration) -> Result<(), StoreError> {
        self.writer.apply(Join { lanes: rows::write_json(&lanes)?, lease }).await
    }

    async fn leave(&self) -> Result<(), StoreError> {
        self.writer.apply(Leave).await
    }

    async fn has_live_worker(&self, lane: &Lane) -> Result<bool, StoreError> {
        let mut workers = self.live_workers().await?;
        Ok(workers.any(|(process, lanes)| process != self.process && lanes.contains(lane)))
    }

    async fn members(&self) -> Result<Vec<Member>, StoreError> {
        let mut members = self.reader()?.members().await?;
        let dead = self.dead_among(members.iter().map(|member| member.process).collect()).await?;
        members.retain(|member| !member.lanes.is_empty() && !dead.contains(&member.process));
        Ok(members)
    }

    async fn needs_rescue(&self) -> Result<bool, StoreError> {
        self.has_any_to_rescue().await
    }

    async fn rescue(&self) -> Result<Vec<TaskId>, StoreError> {
        self.rescue_dead().await
    }

    async fn adopt(&self, max_age: Duration) -> Result<Adoption, StoreError> {
        self.adopt_waiting(max_age).await
    }

    async fn prune(&self, expiry: Duration) -> Result<usize, StoreError> {
        self.prune_old(expiry).await
    }

    async fn changed_elsewhere(&self) -> Result<bool, StoreError> {
        self.writer.apply(ChangedElsewhere).await
    }

    async fn hint(&self) {
        std::future::pending::<()>().await;
    }

    fn set_limits(&self, limits: Limits) {
        *self.limits.lock() = Arc::new(limits);
    }

    fn is_durable(&self) -> bool {
        true
    }

    fn process(&self) -> ProcessId {
        self.process
    }

    async fn close(&self) {
        if !self.reader.place().is_only_read() && self.leave().await.is_ok() {
            tracing::debug!(process = %self.process, "left the store");
        }
        self.reader.close().await;
        self.writer.close().await;
        self.presence.end();
    }
}
