//! What happened to all tasks of one owner: read on from any event, each comes once.

use std::time::Duration;

use _core::store::{AnyStore, Store};
use _core::task::{FeedEvent, FeedPlace, LogLevel, NewTask, TaskId};

use super::subject::Subject;
use crate::support::{noop_after, noop_of_owner, progress};

on_every_store! {
    a_feed_tells_what_happens_to_the_tasks_of_an_owner_and_to_no_others,
    a_reader_goes_on_after_any_event,
    whoever_missed_what_was_removed_is_told_of_the_gap,
    a_feed_that_nobody_follows_any_more_is_let_go_of,
    a_feed_that_is_followed_anew_is_kept,
}

/// After so many seconds without a follower a feed is let go of.
const DAY: u64 = 86_400;

/// No test waits as long unless something is broken.
const LIMIT: Duration = Duration::from_mins(1);

/// Everything after a place, in pages of this size. On a server others' transactions may hold it up.
pub(super) async fn rest(store: &AnyStore, owner: &str, mut after: FeedPlace, page: usize) -> Vec<FeedEvent> {
    let reading = async {
        let mut events: Vec<FeedEvent> = Vec::new();
        loop {
            let feed = store.feed(owner.into(), after, page).await.unwrap();
            assert!(!feed.has_gap && feed.events.len() <= page);
            events.extend(feed.events);
            after = events.last().map_or(after, |event| event.place);
            if !feed.has_more {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(LIMIT, reading).await.expect("the feed does not come to its end")
}

/// A task that says something and completes, and one that waits for it and is cancelled.
async fn lives(subject: &Subject, owner: &str) -> [TaskId; 2] {
    let first = subject.submit(noop_of_owner(owner)).await;
    let second = subject.submit(NewTask { owner: owner.into(), ..noop_after(&[first]) }).await;
    let task = subject.claim_one().await;
    let lines = vec![(LogLevel::Info, "one".into()), (LogLevel::Info, "two".into())];
    subject.store.log(first, task.token, lines).await.unwrap();
    subject.store.report(first, task.token, progress(1)).await.unwrap();
    subject.complete(&task).await;
    subject.store.cancel(second).await.unwrap();
    [first, second]
}

async fn a_feed_tells_what_happens_to_the_tasks_of_an_owner_and_to_no_others(subject: Subject) {
    lives(&subject, "ada").await;
    let begin = subject.store.follow("ada".into()).await.unwrap();
    assert!(subject.store.follow("ada".into()).await.unwrap() >= begin);
    let own = lives(&subject, "ada").await;
    lives(&subject, "bob").await;
    lives(&subject, "").await;

    let told = rest(&subject.store, "ada", begin, 100).await;

    assert!(told.iter().all(|fed| own.contains(&fed.task)), "{told:#?}");
    for id in own {
        let of_task = told.iter().filter(|fed| fed.task == id).map(|fed| fed.event.clone());
        assert_eq!(of_task.collect::<Vec<_>>(), subject.store.events(id, 0, 100).await.unwrap().unwrap());
    }
    assert!(told.is_sorted_by(|one, next| one.place < next.place));
    let of_nobody = subject.store.follow("".into()).await.unwrap();
    lives(&subject, "").await;
    assert_eq!(rest(&subject.store, "", of_nobody, 100).await.len(), told.len());
}

async fn a_reader_goes_on_after_any_event(mut subject: Subject) {
    let begin = subject.store.follow("ada".into()).await.unwrap();
    lives(&subject, "ada").await;
    let all = rest(&subject.store, "ada", begin, 100).await;
    if subject.store.is_durable() {
        subject.reopen().await;
    }
    assert_eq!(rest(&subject.store, "ada", begin, 2).await, all);
    for (index, fed) in all.iter().enumerate() {
        assert_eq!(rest(&subject.store, "ada", fed.place, 100).await, all[index + 1..]);
    }
}

async fn whoever_missed_what_was_removed_is_told_of_the_gap(subject: Subject) {
    let begin = subject.store.follow("ada".into()).await.unwrap();
    subject.submit(noop_of_owner("ada")).await;
    let short = subject.submit(NewTask { retention_seconds: 1.0, ..noop_of_owner("ada") }).await;
    subject.store.cancel(short).await.unwrap();
    let told = rest(&subject.store, "ada", begin, 100).await;
    let [first, .., last] = &told[..] else { panic!("{told:?}") };
    subject.advance(2);
    assert_eq!(subject.store.prune(Duration::MAX).await.unwrap(), 1);

    let has_gap =
        async |owner: &str, place| subject.store.feed(owner.into(), place, 100).await.unwrap().has_gap;
    assert!(has_gap("ada", begin).await && has_gap("ada", first.place).await);
    assert!(!has_gap("ada", last.place).await);
    assert!(!has_gap("ada", subject.store.follow("ada".into()).await.unwrap()).await);
    // A place of another store, and one of an owner whom nobody follows.
    let beyond = FeedPlace { transaction: 1 << 62, number: 1 << 62 };
    assert!(has_gap("ada", beyond).await && has_gap("bob", begin).await);
}

async fn prune(subject: &Subject) {
    subject.store.prune(Duration::MAX).await.unwrap();
}

async fn a_feed_that_nobody_follows_any_more_is_let_go_of(subject: Subject) {
    let kept = NewTask { retention_seconds: 1e6, ..noop_of_owner("ada") };
    let begin = subject.store.follow("ada".into()).await.unwrap();
    subject.submit(kept.clone()).await;
    let told = rest(&subject.store, "ada", begin, 100).await;
    subject.advance(DAY - 1);
    prune(&subject).await;
    assert_eq!(rest(&subject.store, "ada", begin, 100).await, told);

    subject.advance(2);
    prune(&subject).await;
    subject.submit(NewTask { id: TaskId::fresh(), ..kept.clone() }).await;
    let has_gap = async |place| subject.store.feed("ada".into(), place, 100).await.unwrap().has_gap;
    assert!(has_gap(begin).await && has_gap(told[0].place).await, "nothing is kept");

    let anew = subject.store.follow("ada".into()).await.unwrap();
    assert!(has_gap(begin).await && has_gap(told[0].place).await, "what happened meanwhile is missing");
    assert_eq!(rest(&subject.store, "ada", anew, 100).await, []);
    let id = subject.submit(NewTask { id: TaskId::fresh(), ..kept }).await;
    let told: Vec<_> = rest(&subject.store, "ada", anew, 100).await.iter().map(|fed| fed.task).collect();
    assert_eq!(told, [id]);
}

async fn a_feed_that_is_followed_anew_is_kept(subject: Subject) {
    let begin = subject.store.follow("ada".into()).await.unwrap();
    let is_stale = async || subject.store.feed("ada".into(), begin, 100).await.unwrap().is_stale;
    assert!(!is_stale().await);
    for _ in 0..3 {
        subject.advance(DAY - 1);
        assert!(is_stale().await);
        subject.store.follow("ada".into()).await.unwrap();
        assert!(!is_stale().await);
        prune(&subject).await;
    }
    subject.submit(noop_of_owner("ada")).await;
    assert_eq!(rest(&subject.store, "ada", begin, 100).await.len(), 1);
}
