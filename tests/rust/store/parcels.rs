//! Packed projects: found by their digest, and kept for as long as a task may need them.

use std::sync::Arc;
use std::time::Duration;

use _core::store::Store;
use _core::task::{ErrorKind, Failure, ParcelId, Settlement, TaskId};

use super::subject::Subject;
use crate::support::noop;

on_every_store! {
    a_parcel_is_found_by_its_digest_and_is_what_was_kept,
    a_parcel_that_is_not_there_is_not_renewed,
    a_parcel_stays_for_the_tasks_that_may_need_it_and_goes_with_the_last,
    a_parcel_that_no_task_came_for_goes_after_an_hour,
    a_large_parcel_comes_back_as_it_was,
}

const HOUR: u64 = 3600;

fn contents(text: &str) -> (ParcelId, Option<Arc<[u8]>>) {
    (ParcelId::of(text.as_bytes()), Some(text.as_bytes().into()))
}

async fn has(subject: &Subject, id: ParcelId) -> bool {
    subject.store.prune(Duration::from_hours(24)).await.unwrap();
    subject.store.parcel(id).await.unwrap().is_some()
}

async fn a_parcel_is_found_by_its_digest_and_is_what_was_kept(mut subject: Subject) {
    let (id, bytes) = contents("a project \0 of bytes");
    assert!(subject.store.keep_parcel(id, TaskId::fresh(), bytes.clone()).await.unwrap());
    assert!(subject.store.keep_parcel(id, TaskId::fresh(), bytes.clone()).await.unwrap(), "the same again");
    subject.reopen().await;
    assert_eq!(subject.store.parcel(id).await.unwrap(), bytes);
    assert!(subject.store.keep_parcel(id, TaskId::fresh(), None).await.unwrap());
    assert_eq!(subject.store.parcel(ParcelId::of(b"another")).await.unwrap(), None);
}

async fn a_parcel_that_is_not_there_is_not_renewed(subject: Subject) {
    let (id, bytes) = contents("a project");
    assert!(!subject.store.keep_parcel(id, TaskId::fresh(), None).await.unwrap());
    assert_eq!(subject.store.parcel(id).await.unwrap(), None);
    assert!(subject.store.keep_parcel(id, TaskId::fresh(), bytes).await.unwrap());
}

async fn a_parcel_stays_for_the_tasks_that_may_need_it_and_goes_with_the_last(subject: Subject) {
    let (id, bytes) = contents("a project");
    let mut tasks = Vec::new();
    for bytes in [bytes, None] {
        let task = noop();
        assert!(subject.store.keep_parcel(id, task.id, bytes).await.unwrap());
        tasks.push(subject.submit(task).await);
    }
    subject.advance(2 * HOUR);
    assert!(has(&subject, id).await, "both wait");
    let failed = subject.claim_one().await;
    subject.settle(&failed, Settlement::Fail(Failure::new(ErrorKind::Internal, "no"))).await;
    let done = subject.claim_one().await;
    subject.complete(&done).await;
    assert!(has(&subject, id).await, "one may be tried again");
    let again = noop();
    assert!(subject.store.keep_parcel(id, again.id, None).await.unwrap());
    subject.submit(again).await;
    subject.advance(26 * HOUR);
    let done = subject.claim_one().await;
    subject.complete(&done).await;
    subject.store.prune(Duration::from_hours(24)).await.unwrap();
    assert!(!has(&subject, id).await, "the failed one is deleted, the others are done");
}

async fn a_parcel_that_no_task_came_for_goes_after_an_hour(subject: Subject) {
    let (id, bytes) = contents("a project");
    subject.store.keep_parcel(id, TaskId::fresh(), bytes).await.unwrap();
    subject.advance(HOUR - 60);
    assert!(has(&subject, id).await, "its task may be about to come");
    subject.advance(120);
    assert!(!has(&subject, id).await);
}

async fn a_large_parcel_comes_back_as_it_was(subject: Subject) {
    let bytes: Arc<[u8]> =
        (0..8_000_000_u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let id = ParcelId::of(&bytes);
    subject.store.keep_parcel(id, TaskId::fresh(), Some(Arc::clone(&bytes))).await.unwrap();
    let back = subject.store.parcel(id).await.unwrap().unwrap();
    assert_eq!((back.len(), ParcelId::of(&back)), (bytes.len(), id));
}
