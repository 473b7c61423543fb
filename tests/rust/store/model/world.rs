//! One store, the model of what it must do, and how each step is taken in both.

use std::sync::Arc;
use std::time::Duration;

use _core::store::{AnyStore, Clock, Store, StoreError};
use _core::task::{
    Lane, ListFilter, LogLevel, NewTask, QueueStats, Settlement, State, Task, TaskStatus, Terms, Wait,
};
use chrono::TimeDelta;
use serde_json::json;

use super::reference::{Answer, LEASE, RETENTION, Reference, Snapshot};
use super::steps::{End, Step, Wish};
use crate::store::events::in_short;
use crate::store::subject::{Place, ids, lanes, still_clock};
use crate::support::{generate_tests, local_lane, noop, noop_lane, progress, transient};

/// A store and its model. Where several processes may take part there is another one, which rescues.
pub(super) struct World {
    store: AnyStore,
    other: Option<AnyStore>,
    clock: Clock,
    reference: Reference,
    place: Place,
}

impl World {
    /// A store in this place, which is empty.
    pub(super) async fn at(place: Place) -> Self {
        let clock = still_clock();
        let store = place.open(&clock).await;
        let other = if store.is_durable() { Some(place.open(&clock).await) } else { None };
        store.join(&lanes(), LEASE).await.unwrap();
        let reference = Reference::new(clock.now());
        Self { store, other, clock, reference, place }
    }

    pub(super) async fn close(self) {
        self.store.close().await;
        if let Some(other) = self.other {
            other.close().await;
        }
    }

    /// Takes one step in both and compares the answers.
    pub(super) async fn take(&mut self, step: &Step) {
        match step {
            Step::Submit(wish) => self.submit(wish).await,
            Step::Claim { lanes, limit } => {
                let lanes: Vec<Lane> =
                    [noop_lane(), local_lane()].into_iter().filter(|lane| lanes.includes(lane)).collect();
                let claimed = self.store.claim(&lanes, *limit).await.unwrap();
                assert_eq!(ids(&claimed), self.reference.claim(&lanes, *limit));
            }
            Step::Settle { task, stale, end } => {
                let Some((id, token)) = self.reference.lease(*task, *stale) else { return };
                let settlement = self.settlement(*end);
                let outcome = self.store.settle(id, token, settlement).await;
                compare(self.reference.settle(id, token, *end), &outcome);
            }
            Step::Report { task, stale } => {
                let Some((id, token)) = self.reference.lease(*task, *stale) else { return };
                let is_held = self.reference.holds(id, token);
                compare(is_held, &self.store.report(id, token, progress(1)).await);
                compare(is_held, &self.store.renew(id, token).await);
                if is_held {
                    self.reference.happened(id, " progress 1");
                    self.reference.renew_lease();
                }
            }
            Step::Log { task, stale, lines } => {
                let Some((id, token)) = self.reference.lease(*task, *stale) else { return };
                let is_held = self.reference.holds(id, token);
                let said = vec![(LogLevel::Info, Box::from("a line")); *lines];
                compare(is_held, &self.store.log(id, token, said).await);
                for _ in 0..if is_held { *lines } else { 0 } {
                    self.reference.happened(id, " info a line");
                }
            }
            Step::Cancel { task } => {
                let Some((id, _)) = self.reference.lease(*task, false) else { return };
                self.reference.cancel(id);
                assert!(self.store.cancel(id).await.unwrap().is_some());
            }
            step => self.pass(step).await,
        }
    }

    /// What happens by itself or to all tasks.
    async fn pass(&mut self, step: &Step) {
        match step {
            Step::Advance { seconds } => {
                self.clock.advance(Duration::from_secs(*seconds));
                self.reference.advance(Duration::from_secs(*seconds));
            }
            Step::Jump { days } => {
                self.clock.jump(TimeDelta::days(*days));
                self.reference.jump(TimeDelta::days(*days));
            }
            Step::Promote => {
                let promotion = self.store.promote().await.unwrap();
                assert_eq!((promotion.promoted, promotion.next_due), self.reference.promote());
            }
            Step::Prune => {
                assert_eq!(self.store.prune(Duration::MAX).await.unwrap(), self.reference.prune());
            }
            Step::Heartbeat => {
                let mut held = self.store.heartbeat(LEASE).await.unwrap();
                held.sort();
                let mut expected = self.reference.held();
                expected.sort();
                assert_eq!(held, expected);
                self.reference.renew_lease();
            }
            Step::Rescue => {
                let Some(other) = &self.other else { return };
                assert_eq!(other.rescue().await.unwrap(), self.reference.rescue(false));
            }
            Step::Restart => self.restart().await,
            Step::Limit(limits) => {
                self.store.set_limits(limits.clone());
                self.reference.limits = limits.clone();
            }
            step => unreachable!("{step:?} is about one task"),
        }
    }

    async fn submit(&mut self, wish: &Wish) {
        let new = self.request(wish);
        let answer = match self.store.submit(new.clone()).await {
            Ok(task) => Answer::Task(task.id()),
            Err(StoreError::KeyTaken { id, .. }) => Answer::KeyTaken(id),
            Err(StoreError::UnknownDependency { id }) => Answer::Unknown(id),
            Err(StoreError::Full { waiting, .. }) => Answer::Full(waiting),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(answer, self.reference.submit(&new));
    }

    fn request(&self, wish: &Wish) -> NewTask {
        let task = if wish.local { generate_tests("a.py") } else { noop() };
        let terms = Terms {
            idempotency_key: wish.key.map(|key| key.to_string().into()),
            depends_on: wish.depends_on.iter().filter_map(|index| self.reference.any(*index)).collect(),
            run_at: wish.run_in.map(|seconds| self.clock.now() + TimeDelta::seconds(seconds)),
            request: None,
        };
        NewTask {
            owner: wish.owner.to_string().into(),
            priority: wish.priority,
            retention_seconds: RETENTION.as_secs_f64(),
            terms: (terms != Terms::default()).then(|| Box::new(terms)),
            ..task
        }
    }

    fn settlement(&self, end: End) -> Settlement {
        match end {
            End::Complete => Settlement::Complete(Arc::new(json!("done"))),
            End::Fail => Settlement::Fail(transient().with_result(json!("shown"))),
            End::Retry { seconds } => Settlement::Retry {
                failure: transient(),
                due: self.clock.now() + Duration::from_secs(seconds),
            },
            End::GiveBack => Settlement::GiveBack,
            End::Cancel => Settlement::Cancel,
        }
    }

    /// The process ends and begins anew, where tasks outlive it, and takes what it ran before.
    async fn restart(&mut self) {
        if !self.store.is_durable() {
            return;
        }
        self.store.close().await;
        self.store = self.place.open(&self.clock).await;
        self.store.join(&lanes(), LEASE).await.unwrap();
        self.store.set_limits(self.reference.limits.clone());
        self.reference.renew_lease();
        assert_eq!(self.store.rescue().await.unwrap(), self.reference.rescue(true));
    }

    /// Compares what can be seen of all tasks at once.
    pub(super) async fn compare_tasks(&self, after: &Step) {
        let filter = ListFilter { limit: 1000, ..ListFilter::default() };
        let listed = self.store.list(filter).await.unwrap().tasks;
        let mut cancel_requests = self.store.cancel_requests().await.unwrap();
        cancel_requests.sort();
        let tasks = listed.iter().map(|task| (task.id(), show(task))).collect();
        assert_eq!(Snapshot { tasks, cancel_requests }, self.reference.snapshot(), "after {after:?}");
    }

    /// Compares what can be seen of each task: its record, its result and all that happened to it; and the counts.
    pub(super) async fn compare_each(&self) {
        assert_eq!(counts(&self.store.stats().await.unwrap()), self.reference.counts());
        for row in &self.reference.rows {
            let task = self.store.get(row.id).await.unwrap().unwrap();
            assert_eq!(show(&task), row.show(), "a single read shows what a listing shows");
            let result = self.store.result(row.id).await.unwrap();
            assert_eq!(result.as_deref(), row.result.map(|result| json!(result)).as_ref());
            let events = self.store.events(row.id, 0, usize::MAX).await.unwrap().unwrap();
            assert_eq!(events.iter().map(in_short).collect::<Vec<_>>(), row.events);
            let numbers = events.iter().map(|event| event.number);
            assert!(numbers.eq(1..=task.events), "gaps");
        }
    }
}

fn compare<T>(is_allowed: bool, outcome: &Result<T, StoreError>) {
    match outcome {
        Ok(_) => assert!(is_allowed, "a stale attempt was let through"),
        Err(StoreError::LeaseLost) => assert!(!is_allowed, "an attempt lost its lease"),
        Err(error) => panic!("{error}"),
    }
}

/// The counts alone: the model has no figures of what ended.
fn counts(stats: &QueueStats) -> QueueStats {
    let mut counts = QueueStats { queued_by_priority: stats.queued_by_priority, ..QueueStats::default() };
    counts.count(TaskStatus::Pending, stats.pending);
    counts.count(TaskStatus::Queued, stats.queued);
    counts.count(TaskStatus::Running, stats.running);
    counts.count(TaskStatus::Completed, stats.completed);
    counts.count(TaskStatus::Failed, stats.failed);
    counts.count(TaskStatus::Cancelled, stats.cancelled);
    counts
}

/// The parts of a record that the model knows too.
fn show(task: &Task) -> String {
    let counts = (task.token, task.attempt, task.retries, task.crashes, task.events);
    let (due, waits) = match task.state {
        State::Pending { wait: Wait::Due(due) } => (Some(due), 0),
        State::Pending { wait: Wait::Dependencies { open } } => (None, open),
        _ => (None, 0),
    };
    format!(
        "{} rank {} seq {} token, attempt, retries, crashes, events {counts:?} cancel {} due {due:?} \
         waits {waits} failure {:?} ended {:?}",
        task.status(),
        task.rank,
        task.seq,
        task.cancel_requested,
        task.failure.as_ref().map(|failure| failure.kind.as_str()),
        task.completed_at
    )
}
