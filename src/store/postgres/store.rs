//! The PostgreSQL store: submissions and endings go to their desks, everything else to the hub.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;

use super::access::{GetKey, GetKeys, KeepKey, KeepWebhookSecrets, RevokeKey};
use super::address::PostgresAddress;
use super::attempt::{KeepSession, Lease, Log, Renew, Report};
use super::cancel::Cancel;
use super::claim::Claim;
use super::desk::Desk;
use super::feed::{FeedEnd, Follow, ReadFeed};
use super::figures::{Stats, Tallied};
use super::hub::Hub;
use super::listener::{self, News};
use super::members::Members;
use super::membership::{BeSeen, Heartbeat, Join, Leave, LiveWorkers};
use super::models::CountModels;
use super::parcels::{Contents, KeepParcel};
use super::projects::{GetProject, GetProjects, KeepProject, RemoveProject};
use super::promote::{NextDue, Promote};
use super::reads::{CancelRequests, Ended, Events, Get, GetResult, List};
use super::settle::Settle;
use super::submit::Submit;
use super::{membership, migrate, open};
use crate::access::{ApiKey, Project, ProjectId, UserName, WebhookSecret};
use crate::store::read_only::Observed;
use crate::store::{Adoption, Clock, Limits, Promotion, SchemaReport, Store, StoreError, StoreTerms};
use crate::task::{
    Feed, FeedPlace, Lane, ListFilter, LogLevel, Member, ModelRun, NewTask, ParcelId, ProcessId, Progress,
    QueueStats, Session, Settlement, Tally, Task, TaskEvent, TaskId, TaskPage,
};

/// Tasks in a database.
#[derive(Debug)]
pub struct PostgresStore {
    pub(super) hub: Arc<Hub>,
    submissions: Desk<Submit>,
    settlements: Desk<Settle>,
    news: Arc<News>,
    /// Whether this process has a row of its own.
    takes_part: bool,
    /// Replaced as a whole; held for a clone or a replacement.
    limits: Mutex<Arc<Limits>>,
}

/// How long a store that is closed waits for a database that does not answer.
const FAREWELL: Duration = Duration::from_secs(3);

impl PostgresStore {
    /// Opens the store in this database, and makes its schema where there is none. Needs a tokio runtime, on which it
    /// lives.
    pub async fn open(address: &PostgresAddress) -> Result<Self, StoreError> {
        Self::open_with_clock(address, Clock::system()).await
    }

    /// The same, with the times of a manual clock in the place of the database's.
    pub async fn open_with_clock(address: &PostgresAddress, clock: Clock) -> Result<Self, StoreError> {
        match open::open(address, clock, &StoreTerms::default()).await? {
            (store, None) => Ok(store),
            (store, Some(observed)) => {
                store.close().await;
                Err(observed.refusal())
            }
        }
    }

    /// The same on terms of the caller's; says why where it can only be read.
    pub(in crate::store) async fn open_on(
        address: &PostgresAddress,
        terms: &StoreTerms,
    ) -> Result<(Self, Option<Observed>), StoreError> {
        open::open(address, Clock::system(), terms).await
    }

    /// How the schema stands to this program's; changes nothing.
    pub(in crate::store) async fn look_at_schema(
        address: &PostgresAddress,
        terms: &StoreTerms,
    ) -> Result<SchemaReport, StoreError> {
        migrate::report(address, terms).await
    }

    /// Applies what the schema lacks, and says what that was.
    pub(in crate::store) async fn migrate(
        address: &PostgresAddress,
        terms: &StoreTerms,
    ) -> Result<SchemaReport, StoreError> {
        migrate::migrate(address, terms).await
    }

    /// Takes up work in a database whose schema is ours.
    pub(super) async fn begin(hub: Arc<Hub>) -> Result<Self, StoreError> {
        hub.apply(BeSeen).await?;
        hub.spawn(membership::stay_in_sight(Arc::clone(&hub)));
        let mut store = Self::observe(hub);
        store.takes_part = true;
        Ok(store)
    }

    /// Looks on without a trace.
    pub(super) fn observe(hub: Arc<Hub>) -> Self {
        let news = Arc::<News>::default();
        let announcing = Arc::clone(&hub);
        hub.spawn(async move { announcing.announcer.run(&announcing).await });
        hub.spawn(listener::run(Arc::clone(&hub), Arc::clone(&news)));
        let (submissions, settlements) = (Desk::open(&hub), Desk::open(&hub));
        Self { hub, submissions, settlements, news, takes_part: false, limits: Mutex::default() }
    }

    fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits.lock())
    }
}

impl Store for PostgresStore {
    async fn submit(&self, task: NewTask) -> Result<Arc<Task>, StoreError> {
        self.submissions.apply(Submit::new(task, self.limits())?).await
    }

    async fn get(&self, id: TaskId) -> Result<Option<Arc<Task>>, StoreError> {
        self.hub.apply(Get { id }).await
    }

    async fn ended(&self, ids: &[TaskId]) -> Result<Vec<Arc<Task>>, StoreError> {
        self.hub.apply(Ended { ids: ids.to_vec() }).await
    }

    async fn result(&self, id: TaskId) -> Result<Option<Arc<Value>>, StoreError> {
        self.hub.apply(GetResult { id }).await
    }

    async fn list(&self, filter: ListFilter) -> Result<TaskPage, StoreError> {
        self.hub.apply(List { filter }).await
    }

    async fn events(
        &self,
        id: TaskId,
        after: u32,
        limit: usize,
    ) -> Result<Option<Vec<TaskEvent>>, StoreError> {
        self.hub.apply(Events { id, after, limit }).await
    }

    async fn follow(&self, owner: Box<str>) -> Result<FeedPlace, StoreError> {
        let end = FeedEnd { owner: owner.clone() };
        if let Some(place) = self.hub.apply(end).await? {
            return Ok(place);
        }
        // Known to all that begins after this was committed.
        self.hub.apply(Follow { owner: owner.clone() }).await?;
        Ok(self.hub.apply(FeedEnd { owner }).await?.unwrap_or_default())
    }

    async fn feed(&self, owner: Box<str>, after: FeedPlace, limit: usize) -> Result<Feed, StoreError> {
        self.hub.apply(ReadFeed { owner, after, limit }).await
    }

    async fn tally(&self, owner: Option<Box<str>>) -> Result<Tally, StoreError> {
        self.hub.apply(Tallied { owner }).await
    }

    async fn stats(&self) -> Result<QueueStats, StoreError> {
        self.hub.apply(Stats).await
    }

    async fn claim(&self, lanes: &[Lane], limit: usize) -> Result<Vec<Arc<Task>>, StoreError> {
        let (lanes, limits) = (lanes.to_vec(), self.limits());
        self.hub.apply(Claim { lanes, wanted: limit, limits }).await
    }

    async fn report(&self, id: TaskId, token: u64, progress: Progress) -> Result<(), StoreError> {
        self.hub.apply(Report { lease: Lease { id, token }, progress }).await
    }

    async fn log(&self, id: TaskId, token: u64, lines: Vec<(LogLevel, Box<str>)>) -> Result<(), StoreError> {
        self.hub.apply(Log { lease: Lease { id, token }, lines }).await
    }

    async fn keep_session(&self, id: TaskId, token: u64, session: Option<Session>) -> Result<(), StoreError> {
        self.hub.apply(KeepSession { lease: Lease { id, token }, session }).await
    }

    async fn renew(&self, id: TaskId, token: u64) -> Result<(), StoreError> {
        self.hub.apply(Renew { lease: Lease { id, token } }).await
    }

    async fn settle(&self, id: TaskId, token: u64, settlement: Settlement) -> Result<Arc<Task>, StoreError> {
        self.settlements.apply(Settle::new(Lease { id, token }, settlement)?).await
    }

    async fn count_models(&self, runs: Vec<ModelRun>) -> Result<(), StoreError> {
        self.hub.apply(CountModels { runs }).await
    }

    async fn keep_parcel(
        &self,
        id: ParcelId,
        task: TaskId,
        contents: Option<Arc<[u8]>>,
    ) -> Result<bool, StoreError> {
        self.hub.apply(KeepParcel { id, task, contents }).await
    }

    async fn parcel(&self, id: ParcelId) -> Result<Option<Arc<[u8]>>, StoreError> {
        Ok(self.hub.apply(Contents(id)).await?.map(Arc::from))
    }

    async fn keep_key(&self, key: ApiKey) -> Result<(), StoreError> {
        self.hub.apply(KeepKey { key }).await
    }

    async fn api_key(&self, id: String) -> Result<Option<ApiKey>, StoreError> {
        self.hub.apply(GetKey { id }).await
    }

    async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.hub.apply(GetKeys).await
    }

    async fn revoke_key(&self, id: String) -> Result<Option<ApiKey>, StoreError> {
        self.hub.apply(RevokeKey { id: id.clone() }).await?;
        self.api_key(id).await
    }

    async fn keep_project(&self, project: Project) -> Result<(), StoreError> {
        self.hub.apply(KeepProject { project }).await
    }

    async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        self.hub.apply(GetProject { id }).await
    }

    async fn projects(&self, member: Option<UserName>) -> Result<Vec<Project>, StoreError> {
        self.hub.apply(GetProjects { member }).await
    }

    async fn remove_project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let found = self.project(id.clone()).await?;
        self.hub.apply(RemoveProject { id }).await?;
        Ok(found)
    }

    async fn keep_webhook_secrets(
        &self,
        id: String,
        secrets: Vec<WebhookSecret>,
    ) -> Result<Option<ApiKey>, StoreError> {
        self.hub.apply(KeepWebhookSecrets { id: id.clone(), secrets }).await?;
        self.api_key(id).await
    }

    async fn cancel(&self, id: TaskId) -> Result<Option<Arc<Task>>, StoreError> {
        self.hub.apply(Cancel { id }).await
    }

    async fn cancel_requests(&self) -> Result<Vec<TaskId>, StoreError> {
        self.hub.apply(CancelRequests).await
    }

    async fn heartbeat(&self, lease: Duration) -> Result<Vec<(TaskId, u64)>, StoreError> {
        self.hub.apply(Heartbeat { lease }).await
    }

    async fn promote(&self) -> Result<Promotion, StoreError> {
        let mut promoted = 0;
        loop {
            let (next_due, now) = self.hub.apply(NextDue).await?;
            if next_due.is_none_or(|due| due > now) {
                // As this machine's clock will show it then.
                let ahead = self.hub.ahead();
                return Ok(Promotion { promoted, next_due: next_due.map(|due| due - ahead) });
            }
            promoted += self.hub.apply(Promote).await?;
        }
    }

    async fn join(&self, lanes: &[Lane], lease: Duration) -> Result<(), StoreError> {
        self.hub.apply(Join { lanes: lanes.to_vec(), lease }).await
    }

    async fn leave(&self) -> Result<(), StoreError> {
        self.hub.apply(Leave { is_gone: false }).await
    }

    async fn has_live_worker(&self, lane: &Lane) -> Result<bool, StoreError> {
        let mut workers = self.hub.apply(LiveWorkers).await?.into_iter();
        Ok(workers.any(|(process, lanes)| process != self.hub.process && lanes.contains(lane)))
    }

    async fn members(&self) -> Result<Vec<Member>, StoreError> {
        self.hub.apply(Members).await
    }

    async fn needs_rescue(&self) -> Result<bool, StoreError> {
        self.has_any_to_rescue().await
    }

    async fn rescue(&self) -> Result<Vec<TaskId>, StoreError> {
        self.rescue_lapsed().await
    }

    async fn adopt(&self, max_age: Duration) -> Result<Adoption, StoreError> {
        self.adopt_waiting(max_age).await
    }

    async fn prune(&self, expiry: Duration) -> Result<usize, StoreError> {
        self.prune_old(expiry).await
    }

    async fn changed_elsewhere(&self) -> Result<bool, StoreError> {
        if self.hub.is_closed() { Err(StoreError::Closed) } else { Ok(self.news.take()) }
    }

    async fn hint(&self) {
        self.news.wait().await;
    }

    fn set_limits(&self, limits: Limits) {
        *self.limits.lock() = Arc::new(limits);
    }

    fn is_durable(&self) -> bool {
        true
    }

    fn process(&self) -> ProcessId {
        self.hub.process
    }

    async fn close(&self) {
        self.submissions.close();
        self.settlements.close();
        self.hub.close(self.takes_part, FAREWELL).await;
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.hub.stop();
    }
}
