//! What do the parts of one engine share? The store, the waiters, what runs here, and the signs to wake up.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::attempt::{Stop, StopReason};
use super::crew::Crew;
use super::options::EngineOptions;
use super::waiters::Waiters;
use crate::store::AnyStore;
use crate::task::{Task, TaskId};

/// The state of one engine.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Arc<AnyStore>,
    pub(super) options: EngineOptions,
    /// Who works which lanes; begins as `options` say.
    pub(super) crew: Crew,
    pub(super) waiters: Waiters,
    /// The attempts under way here. Held for a look-up or an insertion only.
    pub(super) running: Mutex<HashMap<TaskId, Stop>>,
    /// How many workers wait for a task; published by the dispatcher *before* it claims for the last time.
    pub(super) idle: AtomicUsize,
    /// Wakes the dispatcher.
    pub(super) work: Notify,
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

impl Shared {
    pub(super) fn new(store: Arc<AnyStore>, options: EngineOptions) -> Self {
        Self {
            store,
            crew: Crew::of(&options),
            options,
            waiters: Waiters::default(),
            running: Mutex::default(),
            idle: AtomicUsize::new(0),
            work: Notify::new(),
            due: Notify::new(),
            closing: CancellationToken::new(),
            abandoning: CancellationToken::new(),
            closed: CancellationToken::new(),
        }
    }

    /// A task was queued: wakes the dispatcher if a worker has nothing to do. A busy dispatcher looks again by
    /// itself, and a wake-up costs microseconds.
    pub(super) fn task_queued(&self) {
        if self.idle.load(Ordering::SeqCst) > 0 {
            self.work.notify_one();
        }
    }

    /// A task may have ended: tells those who wait for it.
    pub(super) fn task_changed(&self, task: &Arc<Task>) {
        if task.status().is_final() {
            self.waiters.complete(task);
        }
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
        let stops: Vec<Stop> = self.running.lock().values().cloned().collect();
        for stop in stops {
            stop.request(StopReason::ShuttingDown);
        }
    }

    /// Asks an attempt that runs here to stop. False when none does.
    pub(super) fn stop_attempt(&self, id: TaskId, reason: StopReason) -> bool {
        let stop = self.running.lock().get(&id).cloned();
        stop.map(|stop| stop.request(reason)).is_some()
    }
}
