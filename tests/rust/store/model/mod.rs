//! Random sequences of operations on every store against a tiny model that knows no index and no SQL.

mod reference;
mod steps;

use _core::store::{Store, StoreError};
use _core::task::{Lane, ListFilter, NewTask, Priority, QueueStats, Settlement, Task, TaskId, TaskStatus};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

use self::reference::{RETENTION, Reference, Snapshot};
use self::steps::{End, Step, steps};
use super::subject::{Subject, ids};
use crate::soak::figures::figures;
use crate::support::{generate_tests, local_lane, noop, noop_lane, progress, transient};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: figures().sequences,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_store_does_what_the_model_does(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let subjects = [Subject::memory(), Subject::sqlite().await];
            let mut reference = Reference::new(subjects[0].clock.now());
            for step in steps {
                take(&step, &mut reference, &subjects).await;
                for subject in &subjects {
                    assert_eq!(look(subject).await, reference.snapshot(), "after {step:?}");
                }
            }
            for subject in &subjects {
                subject.store.close().await;
            }
        });
    }
}

/// Takes one step everywhere and compares the answers.
async fn take(step: &Step, reference: &mut Reference, subjects: &[Subject]) {
    match step {
        Step::Submit { owner, priority, local } => {
            let new = request(*owner, *priority, *local);
            reference.submit(&new);
            for subject in subjects {
                subject.submit(new.clone()).await;
            }
        }
        Step::Claim { lanes, limit } => {
            let lanes: Vec<Lane> =
                [noop_lane(), local_lane()].into_iter().filter(|lane| lanes.includes(lane)).collect();
            let expected = reference.claim(&lanes, *limit);
            for subject in subjects {
                let claimed = subject.store.claim(&lanes, *limit).await.unwrap();
                assert_eq!(ids(&claimed), expected);
            }
        }
        Step::Settle { task, stale, end } => {
            let Some((id, token)) = reference.lease(*task, *stale) else { return };
            let expected = reference.settle(id, token, *end);
            for subject in subjects {
                let settlement = settlement(*end, subject);
                compare(expected, &subject.store.settle(id, token, settlement).await);
            }
        }
        Step::Report { task, stale } => {
            let Some((id, token)) = reference.lease(*task, *stale) else { return };
            let expected = reference.holds(id, token);
            for subject in subjects {
                compare(expected, &subject.store.report(id, token, progress(1)).await);
                compare(expected, &subject.store.renew(id, token).await);
            }
        }
        Step::Cancel { task } => {
            let Some((id, _)) = reference.lease(*task, false) else { return };
            reference.cancel(id);
            for subject in subjects {
                assert!(subject.store.cancel(id).await.unwrap().is_some());
            }
        }
        Step::Advance { seconds } => {
            reference.now += Duration::from_secs(*seconds);
            for subject in subjects {
                subject.advance(*seconds);
            }
        }
        Step::Promote => {
            let expected = reference.promote();
            for subject in subjects {
                let promotion = subject.store.promote().await.unwrap();
                assert_eq!((promotion.promoted, promotion.next_due), expected);
            }
        }
        Step::Prune => {
            let expected = reference.prune();
            for subject in subjects {
                assert_eq!(subject.store.prune(Duration::from_hours(24)).await.unwrap(), expected);
            }
        }
    }
}

fn request(owner: u8, priority: Priority, local: bool) -> NewTask {
    let task = if local { generate_tests("a.py") } else { noop() };
    let retention_seconds = RETENTION.as_secs_f64();
    NewTask { owner: owner.to_string().into(), priority, retention_seconds, ..task }
}

fn settlement(end: End, subject: &Subject) -> Settlement {
    match end {
        End::Complete => Settlement::Complete(Arc::new(json!("done"))),
        End::Fail => Settlement::Fail(transient().with_result(json!("shown"))),
        End::Retry { seconds } => Settlement::Retry {
            failure: transient(),
            due: subject.clock.now() + Duration::from_secs(seconds),
        },
        End::GiveBack => Settlement::GiveBack,
        End::Cancel => Settlement::Cancel,
    }
}

fn compare<T>(is_allowed: bool, outcome: &Result<T, StoreError>) {
    match outcome {
        Ok(_) => assert!(is_allowed, "a stale attempt was let through"),
        Err(StoreError::LeaseLost) => assert!(!is_allowed, "an attempt lost its lease"),
        Err(error) => panic!("{error}"),
    }
}

/// All that a store shows of its tasks, newest first.
async fn look(subject: &Subject) -> Snapshot {
    let filter = ListFilter { limit: 1000, ..ListFilter::default() };
    let listed = subject.store.list(filter).await.unwrap().tasks;
    let mut tasks = Vec::new();
    for task in listed {
        let read = subject.get(task.id()).await;
        assert_eq!(show(&read), show(&task), "a listing shows what a single read shows");
        let result = subject.store.result(task.id()).await.unwrap();
        tasks.push((task.id(), show(&task), result.map(|result| result.as_str().unwrap().to_owned())));
    }
    let mut cancel_requests: Vec<TaskId> = subject.store.cancel_requests().await.unwrap();
    cancel_requests.sort();
    let stats = subject.store.stats().await.unwrap();
    let known = QueueStats { queued_by_priority: stats.queued_by_priority, ..counts(&stats) };
    Snapshot { tasks, cancel_requests, stats: known }
}

/// The counts alone: the model has no figures of what ended.
fn counts(stats: &QueueStats) -> QueueStats {
    let mut counts = QueueStats::default();
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
    format!(
        "{} rank {} seq {} token {} attempt {} retries {} cancel {} ended {:?}",
        task.status(),
        task.rank,
        task.seq,
        task.token,
        task.attempt,
        task.retries,
        task.cancel_requested,
        task.completed_at
    )
}
