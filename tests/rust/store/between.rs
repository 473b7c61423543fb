//! What is counted, kept and awaited once, whichever process of a store asks.

use std::sync::Arc;

use _core::store::{Limits, Store, StoreError};
use _core::task::Settlement;
use serde_json::json;

use super::pair::{Pair, claim, on_every_shared_store};
use super::subject::lanes;
use crate::support::{noop, noop_after, noop_of_key};

on_every_shared_store! {
    limits_are_counted_over_all_processes,
    limits_per_owner_and_lane_are_counted_over_all_processes,
    of_submissions_at_once_from_two_processes_under_one_key_one_is_kept,
    a_task_waits_for_another_process_s_too,
}

async fn limits_are_counted_over_all_processes(pair: Pair) {
    let limits = Limits { queued: Some(3), running: Some(2), ..Limits::default() };
    pair.one.set_limits(limits.clone());
    pair.other.set_limits(limits);
    for store in [&pair.one, &pair.other, &pair.one] {
        store.submit(noop()).await.unwrap();
    }
    for store in [&pair.one, &pair.other] {
        assert!(matches!(store.submit(noop()).await, Err(StoreError::Full { waiting: 3, .. })));
    }
    let mine = pair.one.claim(&lanes(), 1).await.unwrap();
    assert_eq!((mine.len(), pair.other.claim(&lanes(), 9).await.unwrap().len()), (1, 1));
    assert!(pair.one.claim(&lanes(), 9).await.unwrap().is_empty());
    let (id, token) = (mine[0].id(), mine[0].token);
    pair.one.settle(id, token, Settlement::Complete(Arc::new(json!(1)))).await.unwrap();
    assert_eq!(pair.other.claim(&lanes(), 9).await.unwrap().len(), 1);
}

async fn limits_per_owner_and_lane_are_counted_over_all_processes(pair: Pair) {
    for (owner, lane) in [(Some(1), None), (None, Some(1))] {
        let pair = pair.another().await;
        let running_per_lane = lane.map(|most| (crate::support::noop_lane(), most)).into_iter().collect();
        let limits = Limits { running_per_owner: owner, running_per_lane, ..Limits::default() };
        pair.other.set_limits(limits);
        pair.running().await;
        pair.one.submit(noop()).await.unwrap();
        assert!(pair.other.claim(&lanes(), 9).await.unwrap().is_empty());
        assert_eq!(pair.one.claim(&lanes(), 9).await.unwrap().len(), 1, "each goes by its own limits");
    }
}

async fn of_submissions_at_once_from_two_processes_under_one_key_one_is_kept(pair: Pair) {
    for round in 0..20 {
        let key = format!("round {round}");
        let (one, other) =
            tokio::join!(pair.one.submit(noop_of_key(&key)), pair.other.submit(noop_of_key(&key)));
        assert_eq!(one.unwrap().id(), other.unwrap().id());
    }
    assert_eq!(pair.one.stats().await.unwrap().total_tasks, 20);
}

async fn a_task_waits_for_another_process_s_too(pair: Pair) {
    let task = pair.running().await;
    let waiting = pair.other.submit(noop_after(&[task.id()])).await.unwrap().id();
    pair.one.settle(task.id(), task.token, Settlement::Complete(Arc::new(json!(1)))).await.unwrap();
    assert_eq!(claim(&pair.other).await.id(), waiting);
}
