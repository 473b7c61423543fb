//! What a store keeps for a service: keys, and the tasks of one owner apart from all others'.

use std::sync::Arc;

use _core::access::{ApiKey, KeyWebhooks, Role, Secret, WebhookSecret};
use _core::store::Store;
use _core::task::{ListFilter, NewTask, TaskStatus};
use chrono::{TimeDelta, Utc};

use super::subject::{Subject, ids};
use crate::support::{done, generate_tests, noop, noop_of_owner};

on_every_store! {
    a_key_is_kept_as_it_was_made,
    a_key_is_revoked_once_and_for_good,
    a_listing_of_an_owner_has_no_one_elses,
    a_listing_of_an_owner_goes_on_over_pages,
    a_tally_counts_by_owner_status_and_kind,
}

fn key(user: &str, role: Role) -> ApiKey {
    let now = chrono::DateTime::from_timestamp_micros(Utc::now().timestamp_micros()).unwrap();
    ApiKey {
        label: "ü \u{0} label".to_owned(),
        webhooks: KeyWebhooks {
            callback_url: Some("https://example.org/hook".to_owned()),
            secrets: vec![WebhookSecret::fresh(), WebhookSecret::fresh()],
        },
        ..ApiKey::of(&Secret::fresh(), user.parse().unwrap(), role, now)
    }
}

async fn a_key_is_kept_as_it_was_made(mut subject: Subject) {
    let first = key("ada", Role::Admin);
    let second = ApiKey {
        expires_at: Some(first.created_at + TimeDelta::days(3)),
        created_at: first.created_at + TimeDelta::seconds(1),
        ..key("bob", Role::ReadOnly)
    };
    for key in [&second, &first] {
        subject.store.keep_key(key.clone()).await.unwrap();
    }
    subject.reopen().await;

    assert_eq!(subject.store.api_key(first.id.clone()).await.unwrap(), Some(first.clone()));
    assert_eq!(subject.store.api_keys().await.unwrap(), [first, second]);
    assert_eq!(subject.store.api_key("none".to_owned()).await.unwrap(), None);
}

async fn a_key_is_revoked_once_and_for_good(subject: Subject) {
    let kept = key("ada", Role::User);
    subject.store.keep_key(kept.clone()).await.unwrap();
    let before = subject.clock.now();

    let revoked = subject.store.revoke_key(kept.id.clone()).await.unwrap().unwrap();
    assert_eq!(revoked, ApiKey { revoked_at: Some(before), ..kept.clone() });
    subject.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(subject.store.revoke_key(kept.id.clone()).await.unwrap(), Some(revoked));
    assert_eq!(subject.store.revoke_key("none".to_owned()).await.unwrap(), None);
}

fn of_owner(owner: &str, limit: usize) -> ListFilter {
    ListFilter { owner: Some(owner.into()), limit, ..ListFilter::default() }
}

async fn a_listing_of_an_owner_has_no_one_elses(subject: Subject) {
    let bobs = subject.submit(noop_of_owner("bob")).await;
    let nobodys = subject.submit(noop()).await;
    let adas = subject.submit(noop_of_owner("ada")).await;
    let tests = subject.submit(NewTask { owner: "ada".into(), ..generate_tests("a.py") }).await;

    for (owner, expected) in
        [("ada", vec![tests, adas]), ("bob", vec![bobs]), ("", vec![nobodys]), ("carol", vec![])]
    {
        let page = subject.store.list(of_owner(owner, 10)).await.unwrap();
        assert_eq!(ids(&page.tasks), expected, "{owner:?}");
    }
    let status = Some(TaskStatus::Queued);
    let kind = Some("generate_tests".parse().unwrap());
    let page =
        subject.store.list(ListFilter { status, kind: kind.clone(), ..of_owner("ada", 10) }).await.unwrap();
    assert_eq!(ids(&page.tasks), [tests]);
    let page = subject.store.list(ListFilter { status, kind, ..of_owner("bob", 10) }).await.unwrap();
    assert_eq!(ids(&page.tasks), []);
}

async fn a_listing_of_an_owner_goes_on_over_pages(subject: Subject) {
    let mut adas = Vec::new();
    for _ in 0..5 {
        subject.submit(noop_of_owner("bob")).await;
        adas.insert(0, subject.submit(noop_of_owner("ada")).await);
        subject.submit(noop()).await;
    }
    let (mut seen, mut filter) = (Vec::new(), of_owner("ada", 2));
    loop {
        let page = subject.store.list(filter.clone()).await.unwrap();
        seen.extend(ids(&page.tasks));
        filter.cursor = page.next_cursor;
        if filter.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, adas);
}

async fn a_tally_counts_by_owner_status_and_kind(subject: Subject) {
    subject.submit(noop_of_owner("ada")).await;
    let task = subject.claim_one().await;
    subject.settle(&Arc::clone(&task), done()).await;
    subject.submit(noop_of_owner("ada")).await;
    subject.submit(NewTask { owner: "ada".into(), ..generate_tests("a.py") }).await;
    subject.submit(noop_of_owner("bob")).await;
    subject.submit(noop()).await;
    subject.submit(noop()).await;

    for (owner, statuses, kind, expected) in [
        (Some("ada"), &TaskStatus::ALL[..], None, 3),
        (Some("ada"), &[TaskStatus::Queued], None, 2),
        (Some("ada"), &[TaskStatus::Queued], Some("noop"), 1),
        (Some("ada"), &[TaskStatus::Completed], Some("noop"), 1),
        (Some("ada"), &[TaskStatus::Queued], Some("generate_tests"), 1),
        (Some("bob"), &TaskStatus::ALL[..], None, 1),
        (Some(""), &TaskStatus::ALL[..], None, 2),
        (Some("carol"), &TaskStatus::ALL[..], None, 0),
        (None, &TaskStatus::ALL[..], None, 6),
        (None, &[TaskStatus::Queued], Some("noop"), 4),
    ] {
        let tally = subject.store.tally(owner.map(Box::from)).await.unwrap();
        assert_eq!(tally.count(statuses, kind), expected, "{owner:?} {statuses:?} {kind:?}");
    }
}
