//! What lies under the lock? The tasks and the index over them, changed together in one place.

use std::collections::{BTreeMap, HashMap, VecDeque, hash_map};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::feeds::Feeds;
use super::hasher::TaskMap;
use super::index::Index;
use super::parcels::Parcels;
use super::shelves::Shelves;
use crate::access::{ApiKey, Project, ProjectId};
use crate::task::{
    Feed, FeedEvent, FeedPlace, Happening, IllegalTransition, Kind, ListFilter, LogLevel, Member,
    ModelFigures, ModelRun, NewTask, QueueStats, Recent, Tally, Task, TaskEvent, TaskId, TaskPage,
    TaskStatus,
};

/// A task and what became of it.
#[derive(Debug)]
struct Entry {
    task: Arc<Task>,
    /// Apart, since a task of a long queue has none.
    history: Option<Box<History>>,
}

/// What happened to a task since its submission, and what it left.
#[derive(Debug, Default)]
struct History {
    events: Vec<TaskEvent>,
    result: Option<Arc<Value>>,
}

impl Entry {
    fn note(&mut self, event: TaskEvent) {
        self.history.get_or_insert_default().events.push(event);
    }
}

/// How a task ended: status, claim and end.
type Ending = (TaskStatus, Option<DateTime<Utc>>, DateTime<Utc>);

/// The ending of a task that has ended.
fn ending_of(task: &Task) -> Option<Ending> {
    Some((task.status(), task.started_at, task.completed_at?))
}

/// All tasks of a memory store.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Set by `close`: nothing is answered any more.
    closed: bool,
    pub(super) index: Index,
    entries: TaskMap<Entry>,
    /// The tasks that wait for another one's end, by that one.
    pub(super) dependants: TaskMap<Vec<TaskId>>,
    /// The task of each owner's idempotency key.
    pub(super) keys: HashMap<(Box<str>, Box<str>), TaskId>,
    /// What ended last; some of it may have been deleted since.
    endings: VecDeque<TaskId>,
    /// How many were deleted after their retention.
    cleaned_up: u64,
    /// Projects that travel.
    pub(super) parcels: Parcels,
    /// How models fared, by their ids.
    models: BTreeMap<String, ModelFigures>,
    /// The keys of the service, by their ids.
    pub(super) api_keys: BTreeMap<String, ApiKey>,
    /// The projects of the service.
    pub(super) projects: BTreeMap<ProjectId, Project>,
    /// This process, once it takes part.
    pub(super) member: Option<Member>,
    last_seq: i64,
    /// What happened to the tasks of owners who follow them.
    feeds: Feeds,
}

/// Whether a task is the service's own, which no figure of the queue counts.
fn is_webhook(task: &Task) -> bool {
    task.new.lane.is_of(&Kind::Webhook)
}

impl State {
    /// Drops everything for good.
    pub(super) fn close(&mut self) {
        *self = Self { closed: true, ..Self::default() };
    }

    /// Whether everything was dropped for good.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Keeps a new task at its owner's next place; `open` of the tasks it depends on have not completed.
    pub(super) fn insert(&mut self, new: NewTask, open: u32, now: DateTime<Utc>) -> Arc<Task> {
        let slot = match self.entries.entry(new.id) {
            hash_map::Entry::Occupied(entry) => return Arc::clone(&entry.get().task),
            hash_map::Entry::Vacant(slot) => slot,
        };
        let rank = self.index.queues.next_rank(&new.owner, new.priority);
        self.last_seq += 1;
        let task = Arc::new(Task::submitted(new, rank, self.last_seq, open, now));
        self.index.insert(&task);
        self.feeds.note(&task);
        slot.insert(Entry { task: Arc::clone(&task), history: None });
        task
    }

    /// The task as it stands.
    pub(super) fn get(&self, id: TaskId) -> Option<Arc<Task>> {
        self.entries.get(&id).map(|entry| Arc::clone(&entry.task))
    }

    /// The task as it stands, to look at.
    pub(super) fn peek(&self, id: TaskId) -> Option<&Task> {
        self.entries.get(&id).map(|entry| &*entry.task)
    }

    /// What the task left.
    pub(super) fn result(&self, id: TaskId) -> Option<Arc<Value>> {
        self.entries.get(&id)?.history.as_ref()?.result.clone()
    }

    /// Keeps what the task left.
    pub(super) fn keep_result(&mut self, id: TaskId, result: Arc<Value>) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.history.get_or_insert_default().result = Some(result);
        }
    }

    /// The events of a task after a number, oldest first.
    pub(super) fn events(&self, id: TaskId, after: u32, limit: usize) -> Option<Vec<TaskEvent>> {
        let entry = self.entries.get(&id)?;
        let submission = (after == 0).then(|| TaskEvent::submission_of(&entry.task));
        // Number 2 is the first that is kept.
        let kept = entry.history.iter().flat_map(|history| &history.events);
        let kept = kept.skip(after.saturating_sub(1) as usize).cloned();
        Some(submission.into_iter().chain(kept).take(limit).collect())
    }

    /// Keeps the feed of an owner from now on; answers where it stands.
    pub(super) fn follow(&mut self, owner: Box<str>, now: DateTime<Utc>) -> FeedPlace {
        self.feeds.follow(owner, now)
    }

    /// Lets go of the feeds that nobody has followed since.
    pub(super) fn let_go_of_feeds(&mut self, cutoff: DateTime<Utc>) {
        self.feeds.let_go(cutoff);
    }

    /// What happened to the tasks of an owner after a place.
    pub(super) fn feed(&self, owner: &str, after: FeedPlace, limit: usize, now: DateTime<Utc>) -> Feed {
        let mut fed = self.feeds.after(owner, after);
        let told = fed.by_ref().take(limit).filter_map(|(place, task, number)| {
            let event = self.events(task, number - 1, 1)?.pop()?;
            Some(FeedEvent { place, task, event })
        });
        let events = told.collect();
        let has_more = fed.next().is_some();
        let (has_gap, is_stale) = (self.feeds.have_gap_after(owner, after), self.feeds.is_stale(owner, now));
        Feed { events, has_more, has_gap, is_stale }
    }

    /// One page of tasks, newest first.
    pub(super) fn page(&self, filter: &ListFilter) -> TaskPage {
        let limit = filter.limit.clamp(1, 1000);
        let mut found = self.found(filter);
        let tasks: Vec<_> = found.by_ref().take(limit).map(Arc::clone).collect();
        let next_cursor = found.next().and(tasks.last().map(|task| task.id()));
        TaskPage { tasks, next_cursor }
    }

    /// The tasks that a listing shows, newest first.
    fn found(&self, filter: &ListFilter) -> impl Iterator<Item = &Arc<Task>> {
        let ids = self.index.shelves_of(filter.owner.as_deref()).map(|shelves| shelves.newest(filter));
        let tasks = ids.into_iter().flatten().filter_map(|id| Some(&self.entries.get(&id)?.task));
        // The shelves for nobody have the tasks of all.
        let wanted = filter.owner.clone();
        let tasks = tasks.filter(move |task| wanted.as_ref().is_none_or(|owner| task.new.owner == *owner));
        let shows_webhooks = filter.shows_webhooks();
        tasks.filter(move |task| shows_webhooks || !is_webhook(task))
    }

    /// How many tasks there are, by status and kind: of one owner, or of all.
    pub(super) fn tally(&self, owner: Option<&str>) -> Tally {
        let mut tally = self.index.shelves_of(owner).map(Shelves::tally).unwrap_or_default();
        if owner == Some("") {
            for shelves in self.index.shelves_of_named() {
                tally.subtract(&shelves.tally());
            }
        }
        tally
    }

    /// Makes one move of the state machine and brings the index, the events and the tasks that depend on it
    /// along; an illegal move changes nothing. The lease of a task that is not there is lost. Readers that hold
    /// the record keep what they saw.
    pub(super) fn change(
        &mut self,
        id: TaskId,
        now: DateTime<Utc>,
        transition: impl FnOnce(&mut Task) -> Result<(), IllegalTransition>,
    ) -> Result<Arc<Task>, IllegalTransition> {
        let task = self.step(id, transition)?;
        if task.has_dependants && task.status().is_final() {
            self.tell_dependants(id, now)?;
        }
        Ok(task)
    }

    /// One move of one task, its place in the index and its event.
    pub(super) fn step(
        &mut self,
        id: TaskId,
        transition: impl FnOnce(&mut Task) -> Result<(), IllegalTransition>,
    ) -> Result<Arc<Task>, IllegalTransition> {
        let entry = self.entries.get_mut(&id).ok_or(IllegalTransition::LeaseLost)?;
        let (status, asked, events) = (entry.task.status(), entry.task.cancel_requested, entry.task.events);
        self.index.remove(&entry.task);
        let outcome = transition(Arc::make_mut(&mut entry.task));
        self.index.insert(&entry.task);
        if entry.task.events > events {
            entry.note(TaskEvent::of_move(status, asked, &entry.task));
            self.feeds.note(&entry.task);
        }
        let task = Arc::clone(&entry.task);
        if task.status().is_final() && !status.is_final() && !is_webhook(&task) {
            self.note_ending(id);
        }
        outcome.map(|()| task)
    }

    /// Keeps a line that a running attempt leaves.
    pub(super) fn log(
        &mut self,
        id: TaskId,
        token: u64,
        (level, line): (LogLevel, Box<str>),
        now: DateTime<Utc>,
    ) -> Result<(), IllegalTransition> {
        let entry = self.entries.get_mut(&id).ok_or(IllegalTransition::LeaseLost)?;
        Arc::make_mut(&mut entry.task).log(token, now)?;
        entry.note(TaskEvent::last_of(&entry.task, Happening::Log(level, line)));
        self.feeds.note(&entry.task);
        Ok(())
    }

    /// Notes that other tasks wait for the end of this one.
    pub(super) fn add_dependant(&mut self, awaited: TaskId, dependant: TaskId) {
        if let Some(entry) = self.entries.get_mut(&awaited) {
            Arc::make_mut(&mut entry.task).has_dependants = true;
            self.dependants.entry(awaited).or_default().push(dependant);
        }
    }

    /// Deletes a task and what it left.
    pub(super) fn forget(&mut self, id: TaskId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        self.index.remove(&entry.task);
        self.feeds.forget(&entry.task);
        self.cleaned_up += 1;
        if let Some(key) = entry.task.new.idempotency_key() {
            self.keys.remove(&(entry.task.new.owner.clone(), key.into()));
        }
    }

    /// Lets go of the parcels that no task needs any more: of a completed task there is no next attempt.
    pub(super) fn prune_parcels(&mut self, now: DateTime<Utc>) {
        let entries = &self.entries;
        let needs = |id| entries.get(&id).is_some_and(|entry| entry.task.status() != TaskStatus::Completed);
        self.parcels.prune(now, needs);
    }

    fn note_ending(&mut self, id: TaskId) {
        if self.endings.len() == QueueStats::RECENT {
            self.endings.pop_front();
        }
        self.endings.push_back(id);
    }

    /// Counts what models did in one attempt.
    pub(super) fn count_models(&mut self, runs: &[ModelRun]) {
        for run in runs {
            self.models.entry(run.model.to_string()).or_default().count(run);
        }
    }

    /// How the queue is.
    pub(super) fn stats(&self, now: DateTime<Utc>) -> QueueStats {
        let mut stats = self.index.shelves.count();
        let oldest = self.index.shelves.oldest_queued().and_then(|id| self.peek(id));
        let all = ListFilter::default();
        let newest = self.found(&all);
        let a_minute_ago = now - TimeDelta::minutes(1);
        stats.queued_by_priority = self.index.queues.depths();
        stats.oldest_queued_seconds = oldest.map(|task| (now - task.created_at).as_seconds_f64().max(0.0));
        stats.workers = self.member.iter().filter(|member| !member.lanes.is_empty()).count() as u64;
        stats.created_last_minute = newest.take_while(|task| task.created_at > a_minute_ago).count() as u64;
        stats.recent = Recent::of(self.endings.iter().filter_map(|id| ending_of(self.peek(*id)?)));
        stats.models = self.models.clone();
        stats.cleaned_up = self.cleaned_up;
        stats
    }

    /// Queues a pending task whose time has come, at its owner's next place.
    pub(super) fn requeue(&mut self, id: TaskId, now: DateTime<Utc>) -> Result<(), IllegalTransition> {
        let Some(task) = self.peek(id) else { return Ok(()) };
        let rank = self.index.queues.next_rank(&task.new.owner, task.new.priority);
        self.step(id, |task| {
            task.promote(now)?;
            task.rank = rank;
            Ok(())
        })?;
        Ok(())
    }
}
