//! How the queue is, in figures, each of which follows what happens.

use std::time::Duration;

use _core::store::Store;
use _core::task::{
    ByPriority, Labels, Member, ModelFigures, ModelRun, NewTask, Priority, Program, RunEnding, Settlement,
};
use chrono::TimeDelta;

use super::subject::{Subject, lanes};
use crate::support::{noop, noop_after, noop_at, noop_of_priority, transient};

on_every_store! {
    an_empty_store_has_no_figures,
    the_depth_of_the_queue_is_told_by_priority,
    the_age_of_the_oldest_queued_task_is_told,
    a_clock_that_is_set_back_makes_no_age_negative,
    what_was_submitted_within_a_minute_is_counted,
    the_mean_time_to_completion_counts_completed_tasks_from_their_last_claim,
    the_failure_rate_counts_what_completed_or_failed,
    what_fails_with_its_dependency_counts_as_failed,
    only_the_last_thousand_endings_count,
    what_was_deleted_is_counted_and_forgotten,
    a_process_that_works_is_counted_while_it_takes_part,
    who_takes_part_is_shown_with_what_it_runs,
    how_models_fare_is_added_up,
}

async fn an_empty_store_has_no_figures(subject: Subject) {
    assert_eq!(subject.stats().await, _core::task::QueueStats::default());
}

async fn the_depth_of_the_queue_is_told_by_priority(subject: Subject) {
    for (priority, number) in Priority::ALL.into_iter().zip([4, 3, 2, 1]) {
        for _ in 0..number {
            subject.submit(noop_of_priority(priority)).await;
        }
    }
    subject.submit(noop_at(subject.clock.now() + TimeDelta::days(1))).await;
    let depth = |critical, high, normal, low| ByPriority { critical, high, normal, low };
    assert_eq!(subject.stats().await.queued_by_priority, depth(4, 3, 2, 1));
    let claimed = subject.claim(5).await;
    assert_eq!(subject.stats().await.queued_by_priority, depth(0, 2, 2, 1));
    subject.settle(&claimed[0], Settlement::GiveBack).await;
    assert_eq!(subject.stats().await.queued_by_priority, depth(1, 2, 2, 1));
}

async fn oldest(subject: &Subject) -> Option<f64> {
    subject.stats().await.oldest_queued_seconds
}

async fn the_age_of_the_oldest_queued_task_is_told(subject: Subject) {
    subject.submit(noop_at(subject.clock.now() + TimeDelta::days(1))).await;
    assert_eq!(oldest(&subject).await, None, "what is pending is not queued");
    subject.submit(noop()).await;
    subject.advance(30);
    subject.submit(noop_of_priority(Priority::Critical)).await;
    subject.advance(10);
    assert_eq!(oldest(&subject).await, Some(40.0));
    let better = subject.claim_one().await;
    assert_eq!(oldest(&subject).await, Some(40.0), "the better one was the younger");
    let older = subject.claim_one().await;
    assert_eq!(oldest(&subject).await, None);
    subject.settle(&older, Settlement::GiveBack).await;
    subject.complete(&better).await;
    assert_eq!(oldest(&subject).await, Some(40.0), "since its submission");
}

async fn a_clock_that_is_set_back_makes_no_age_negative(subject: Subject) {
    subject.submit(noop()).await;
    let task = { subject.submit(noop_of_priority(Priority::High)).await };
    let claimed = subject.claim_one().await;
    assert_eq!(claimed.id(), task);
    subject.clock.jump(TimeDelta::days(-365));
    subject.complete(&claimed).await;
    let stats = subject.stats().await;
    assert_eq!(stats.oldest_queued_seconds, Some(0.0));
    assert_eq!(stats.recent.mean_completion_seconds, Some(0.0));
}

async fn what_was_submitted_within_a_minute_is_counted(subject: Subject) {
    let count = async || subject.stats().await.created_last_minute;
    for _ in 0..3 {
        subject.submit(noop()).await;
        subject.advance(20);
    }
    assert_eq!(count().await, 2, "a minute ago is no longer within it");
    subject.store.cancel(subject.submit(noop()).await).await.unwrap();
    assert_eq!(count().await, 3, "wherever they stand");
    subject.advance(59);
    assert_eq!(count().await, 1);
    subject.advance(1);
    assert_eq!(count().await, 0);
}

async fn the_mean_time_to_completion_counts_completed_tasks_from_their_last_claim(subject: Subject) {
    for _ in 0..3 {
        subject.submit(noop()).await;
    }
    subject.advance(100);
    let running = subject.claim(3).await;
    subject.advance(10);
    subject.complete(&running[0]).await;
    assert_eq!(subject.stats().await.recent.mean_completion_seconds, Some(10.0));
    subject.fail(&running[1]).await;
    subject.settle(&running[2], Settlement::GiveBack).await;
    let again = subject.claim_one().await;
    subject.advance(2);
    subject.complete(&again).await;
    assert_eq!(subject.stats().await.recent.mean_completion_seconds, Some(6.0));
}

async fn the_failure_rate_counts_what_completed_or_failed(subject: Subject) {
    let rate = async || subject.stats().await.recent.failure_rate;
    for _ in 0..6 {
        subject.submit(noop()).await;
    }
    let running = subject.claim(6).await;
    subject.settle(&running[0], Settlement::Cancel).await;
    assert_eq!(rate().await, None, "a cancelled task is neither");
    subject.complete(&running[1]).await;
    assert_eq!(rate().await, Some(0.0));
    subject.fail(&running[2]).await;
    assert_eq!(rate().await, Some(0.5));
    let due = subject.clock.now();
    subject.settle(&running[3], Settlement::Retry { failure: transient(), due }).await;
    assert_eq!(rate().await, Some(0.5), "another try is no end");
    subject.fail(&running[4]).await;
    subject.complete(&running[5]).await;
    assert_eq!(rate().await, Some(0.5));
}

async fn what_fails_with_its_dependency_counts_as_failed(subject: Subject) {
    for _ in 0..2 {
        subject.submit(noop()).await;
    }
    let running = subject.claim(2).await;
    let second = subject.submit(noop_after(&[running[0].id()])).await;
    subject.submit(noop_after(&[second])).await;
    subject.complete(&running[1]).await;
    subject.fail(&running[0]).await;
    assert_eq!(subject.stats().await.recent.failure_rate, Some(0.75));
    subject.submit(noop_after(&[second])).await;
    assert_eq!(subject.stats().await.recent.failure_rate, Some(0.8));
}

async fn only_the_last_thousand_endings_count(subject: Subject) {
    for completes in [false, true] {
        for _ in 0..1_000 {
            subject.submit(noop()).await;
        }
        subject.advance(1);
        for task in subject.claim(1_000).await {
            if completes {
                subject.complete(&task).await;
            } else {
                subject.fail(&task).await;
            }
        }
    }
    assert_eq!(subject.stats().await.recent.failure_rate, Some(0.0));
}

async fn what_was_deleted_is_counted_and_forgotten(mut subject: Subject) {
    for _ in 0..3 {
        subject.submit(NewTask { retention_seconds: 10.0, ..noop() }).await;
    }
    let running = subject.claim(3).await;
    subject.fail(&running[0]).await;
    subject.advance(6);
    subject.complete(&running[1]).await;
    subject.advance(6);
    assert_eq!(subject.store.prune(Duration::MAX).await.unwrap(), 1);
    let stats = subject.stats().await;
    assert_eq!((stats.cleaned_up, stats.total_tasks), (1, 2));
    assert_eq!(stats.recent.failure_rate, Some(0.0), "what is not known any more");
    assert_eq!(stats.recent.mean_completion_seconds, Some(6.0));
    subject.complete(&running[2]).await;
    subject.advance(60);
    assert_eq!(subject.store.prune(Duration::MAX).await.unwrap(), 2);
    assert_eq!(subject.stats().await.cleaned_up, 3);
    if subject.store.is_durable() {
        subject.reopen().await;
        assert_eq!(subject.stats().await.cleaned_up, 3, "since the store was made");
    }
}

async fn a_process_that_works_is_counted_while_it_takes_part(subject: Subject) {
    let lease = Duration::from_secs(45);
    subject.store.join(&[], lease).await.unwrap();
    assert_eq!(subject.stats().await.workers, 0, "one that runs nothing is no worker");
    subject.store.join(&lanes(), lease).await.unwrap();
    assert_eq!(subject.stats().await.workers, 1);
    subject.store.leave().await.unwrap();
    assert_eq!(subject.stats().await.workers, 0);
}

async fn who_takes_part_is_shown_with_what_it_runs(subject: Subject) {
    let (lease, store) = (Duration::from_secs(45), &subject.store);
    store.join(&[], lease).await.unwrap();
    assert_eq!(store.members().await.unwrap(), [], "one that runs nothing is not shown");
    let joined_at = subject.clock.now();
    let labels: Labels = "gpu,linux".parse().unwrap();
    let claimed = lanes().into_iter().flat_map(|lane| labels.subsets().map(move |few| lane.requiring(&few)));
    store.join(&claimed.collect::<Vec<_>>(), lease).await.unwrap();
    let waits = subject.submit(noop()).await;
    let runs = subject.claim_one().await.id();
    assert_eq!(runs, waits);
    subject.submit(noop()).await;
    subject.advance(7);
    store.heartbeat(lease).await.unwrap();
    let expected = Member {
        process: store.process(),
        program: Program::this(),
        lanes: lanes(),
        labels,
        joined_at,
        seen_at: subject.clock.now(),
        running: vec![runs],
    };
    assert_eq!(store.members().await.unwrap(), [expected]);
    assert_eq!(Program::this().pid, std::process::id());
    store.leave().await.unwrap();
    assert_eq!(store.members().await.unwrap(), []);
}

async fn how_models_fare_is_added_up(mut subject: Subject) {
    let run = |model: &str, ending, rate_limits, cost_usd| ModelRun {
        model: model.into(),
        ending,
        rate_limits,
        cost_usd,
    };
    let runs = vec![
        run("openai/a", RunEnding::Failure, 2, None),
        run("openai/b", RunEnding::Success, 0, Some(0.25)),
    ];
    subject.store.count_models(runs).await.unwrap();
    subject.store.count_models(vec![run("openai/b", RunEnding::Success, 2, None)]).await.unwrap();
    let runs =
        vec![run("openai/b", RunEnding::Failure, 0, None), run("openai/b", RunEnding::Stopped, 1, Some(0.5))];
    subject.store.count_models(runs).await.unwrap();
    subject.reopen().await;
    let models = subject.stats().await.models;
    let figures =
        |runs, successes, rate_limits, cost_usd| ModelFigures { runs, successes, rate_limits, cost_usd };
    assert_eq!(models["openai/a"], figures(1, 0, 2, None), "a cost that nobody knows is not 0");
    assert_eq!(models["openai/b"], figures(3, 2, 3, Some(0.75)), "what was stopped from outside is no run");
    assert_eq!(models.len(), 2);
}
