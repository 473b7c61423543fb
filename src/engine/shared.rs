//! What do the parts of one engine share? The store, the waiters, what runs here, and the signs to wake up.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::bell::Bell;
use super::crew::Crew;
use super::delivery::Homes;
use super::options::EngineOptions;
use super::packing::Packed;
use super::waiters::Waiters;
use super::watchers::Watchers;
use crate::kinds::{Stop, StopReason};
use crate::store::AnyStore;
use crate::task::{Lane, Task, TaskId};

/// The state of one engine.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Arc<AnyStore>,
    pub(super) options: EngineOptions,
    /// Who works which lanes; begins as `options` say.
    pub(super) crew: Crew,
    pub(super) waiters: Waiters,
    pub(super) watchers: Watchers<TaskId>,
    /// Who watches all tasks of an owner.
    pub(super) followers: Watchers<Box<str>>,
    /// What was packed of projects that travel.
    pub(super) packed: Packed,
    /// The projects that are here.
    pub(super) homes: Homes,
    /// The attempts under way here. Held for a look-up or an insertion only.
    pub(super) running: Mutex<HashMap<TaskId, Running>>,
    /// Whether another process has changed something that was not passed on here yet.
    pub(super) has_news: AtomicBool,
    /// Wakes the dispatcher.
    pub(super) work: Bell,
    /// Wakes housekeeping: a retry has a due time.
    pub(super) due: Notify,
    /// No more claims.
    pub(super) closing: CancellationToken,
    /// No attempt goes on: fired before those under way are asked to stop, so that one which begins just then
    /// sees it.
    pub(super) abandoning: CancellationToken,
    /// No more anything: background work ends.
    pub(super) closed: CancellationToken,
}

/// One attempt under way here.
#[derive(Debug, Clone)]
pub(super) struct Running {
    /// The token of its lease.
    pub(super) token: u64,
    pub(super) stop: Stop,
    /// Its handler has returned: the store hears of its end, and says itself whether that still counts.
    pub(super) is_settling: bool,
    /// Fires when the attempt has ended.
    pub(super) ended: CancellationToken,
}

impl Shared {
    pub(super) fn new(store: Arc<AnyStore>, options: EngineOptions) -> Self {
        let homes = Homes::default();
        if let Some((project_root, home)) = &options.home {
            homes.add(project_root, home);
        }
        Self {
            store,
            packed: Packed::default(),
            homes,
            crew: Crew::of(&options),
            options,
            waiters: Waiters::default(),
            watchers: Watchers::default(),
            followers: Watchers::default(),
            running: Mutex::default(),
            has_news: AtomicBool::new(false),
            work: Bell::default(),
            due: Notify::new(),
            closing: CancellationToken::new(),
            abandoning: CancellationToken::new(),
            closed: CancellationToken::new(),
        }
    }

    /// A task was queued: wakes the dispatcher if a worker has nothing to do.
    pub(super) fn task_queued(&self) {
        self.work.ring();
    }

    /// A task of one lane was queued: wakes the dispatcher only where it may claim that one. Each claim that finds nothing
    /// holds up the next submission.
    pub(super) fn task_queued_in(&self, lane: &Lane) {
        if self.work.is_heard() && self.crew.works(lane) {
            self.work.ring();
        }
    }

    /// Something happened to a task: tells those who watch it, alone or among others.
    pub(super) fn hint(&self, task: &Task) {
        self.watchers.hint(&task.id());
        self.followers.hint(&task.new.owner);
    }

    /// Something may have happened to any task.
    pub(super) fn hint_all(&self) {
        self.watchers.hint_all();
        self.followers.hint_all();
    }

    /// How many watch.
    pub(super) fn watching(&self) -> usize {
        self.watchers.count() + self.followers.count()
    }

    /// Something happened to a task, which may have ended: tells those who watch it and wait for it.
    pub(super) fn task_changed(&self, task: &Arc<Task>) {
        self.hint(task);
        if task.status().is_final() {
            self.waiters.complete(task);
        }
    }

    /// Notes an attempt that begins. One of the same task that is still under way has lost it: it is stopped, and
    /// answered.
    pub(super) fn begin(&self, id: TaskId, attempt: Running) -> Option<Running> {
        let older = self.running.lock().insert(id, attempt);
        older.inspect(|older| older.stop.request(StopReason::LeaseLost))
    }

    /// Notes that an attempt has ended.
    pub(super) fn end(&self, id: TaskId, token: u64, ended: &CancellationToken) {
        let mut running = self.running.lock();
        if running.get(&id).is_some_and(|attempt| attempt.token == token) {
            running.remove(&id);
        }
        drop(running);
        ended.cancel();
    }

    /// Whether any attempt is under way here.
    pub(super) fn has_running(&self) -> bool {
        !self.running.lock().is_empty()
    }

    /// The tasks whose attempts are under way here.
    pub(super) fn running_ids(&self) -> Vec<TaskId> {
        self.running.lock().keys().copied().collect()
    }

    /// Whether an attempt of this task is under way here.
    pub(super) fn runs(&self, id: TaskId) -> bool {
        self.running.lock().contains_key(&id)
    }

    /// Asks all attempts that run here to give their tasks back.
    pub(super) fn abandon_attempts(&self) {
        self.abandoning.cancel();
        self.stop_all(StopReason::ShuttingDown);
    }

    /// Asks all attempts that run here to stop.
    pub(super) fn stop_all(&self, reason: StopReason) {
        let running: Vec<Running> = self.running.lock().values().cloned().collect();
        for attempt in running {
            attempt.stop.request(reason);
        }
    }

    /// Asks an attempt that runs here to stop. False when none does.
    pub(super) fn stop_attempt(&self, id: TaskId, reason: StopReason) -> bool {
        let running = self.running.lock().get(&id).cloned();
        running.map(|attempt| attempt.stop.request(reason)).is_some()
    }

    /// An attempt's handler has returned.
    pub(super) fn begin_settling(&self, id: TaskId, token: u64) {
        if let Some(attempt) = self.running.lock().get_mut(&id).filter(|attempt| attempt.token == token) {
            attempt.is_settling = true;
        }
    }

    /// The attempts whose handlers are at work here, as task and token.
    pub(super) fn working_attempts(&self) -> HashSet<(TaskId, u64)> {
        let running = self.running.lock();
        let working = running.iter().filter(|(_, attempt)| !attempt.is_settling);
        working.map(|(id, attempt)| (*id, attempt.token)).collect()
    }

    /// The attempts under way here, as task and token.
    pub(super) fn running_attempts(&self) -> HashSet<(TaskId, u64)> {
        self.running.lock().iter().map(|(id, attempt)| (*id, attempt.token)).collect()
    }
}
