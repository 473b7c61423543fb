//! Webhooks as stores see them: work that follows the end of a task, whatever that is, and is in nobody's way.

use std::time::Duration;

use _core::access::{ApiKey, Role, Secret, WebhookSecret};
use _core::store::{Limits, Store};
use _core::task::{
    Kind, Lane, ListFilter, NewTask, Settlement, Signer, State, TaskId, TaskStatus, Terms, Wait, Webhook,
    Work,
};

use super::subject::{Subject, ids};
use crate::support::{noop, noop_after, transient};

on_every_store! {
    a_webhook_follows_any_end_of_its_task_and_no_other_moment,
    a_webhook_asked_for_after_the_end_is_due_at_once_and_stands_once,
    a_webhook_takes_nobodys_place,
    webhooks_of_one_owner_hold_up_those_of_no_other,
    a_webhook_is_never_left_behind,
    webhooks_are_in_no_list_and_no_figure_but_their_own,
    the_secrets_of_a_key_are_replaced,
}

/// Signed with the secret of a workspace root.
const ROOT: &str = "0123456789abcdef";

fn webhook(task: TaskId) -> NewTask {
    signed(task, Signer::Workspace(ROOT.to_owned()))
}

fn signed(task: TaskId, signer: Signer) -> NewTask {
    let url = "https://example.org/hook".to_owned();
    let work = Work::Webhook(Box::new(Webhook { task, url, signer }));
    let terms = Terms { depends_on: vec![task], ..Terms::default() };
    NewTask {
        id: task.of_webhook(),
        lane: work.lane(),
        owner: Webhook::owner_of("ada"),
        work,
        terms: Some(Box::new(terms)),
        ..noop()
    }
}

async fn due(subject: &Subject) -> Vec<TaskId> {
    let lanes = [Lane::of_kind(&Kind::Webhook), Webhook::lane_of(ROOT)];
    ids(&subject.store.claim(&lanes, 9).await.unwrap())
}

async fn a_webhook_follows_any_end_of_its_task_and_no_other_moment(subject: Subject) {
    let mut told = Vec::new();
    for _ in 0..3 {
        let task = subject.submit(noop()).await;
        told.push(subject.submit(webhook(task)).await);
    }
    let [first, second, third]: [_; 3] = subject.claim(9).await.try_into().unwrap();
    let broken = subject.submit(noop_after(&[second.id()])).await;
    let of_broken = subject.submit(webhook(broken)).await;
    assert_eq!(due(&subject).await, []);

    subject.complete(&first).await;
    assert_eq!(due(&subject).await, [told[0]]);
    subject.fail(&second).await;
    assert_eq!(subject.status(broken).await, TaskStatus::Failed);
    assert_eq!(due(&subject).await, [told[1], of_broken]);
    subject.store.cancel(third.id()).await.unwrap();
    assert_eq!(due(&subject).await, [], "it is asked to end, and has not yet");
    subject.settle(&third, Settlement::Cancel).await;
    assert_eq!(due(&subject).await, [told[2]]);
}

async fn a_webhook_asked_for_after_the_end_is_due_at_once_and_stands_once(subject: Subject) {
    let id = subject.submit(noop()).await;
    let task = subject.claim_one().await;
    subject.fail(&task).await;
    for _ in 0..2 {
        assert_eq!(subject.submit(webhook(id)).await, id.of_webhook());
    }
    assert_eq!(due(&subject).await, [id.of_webhook()]);
    let kept = subject.get(id.of_webhook()).await;
    assert_eq!(kept.new.work, webhook(id).work, "it is read as it was written");
}

async fn a_webhook_takes_nobodys_place(subject: Subject) {
    let one = Some(1);
    subject.store.set_limits(Limits {
        queued: one,
        queued_per_owner: one,
        running: one,
        ..Limits::default()
    });
    let first = subject.submit(noop()).await;
    subject.submit(webhook(first)).await;
    let task = subject.claim_one().await;
    subject.complete(&task).await;
    // The webhook is due: it does not count as one that waits.
    subject.submit(noop()).await;
    subject.store.set_limits(Limits { running: one, running_per_owner: one, ..Limits::default() });
    subject.claim_one().await;
    assert_eq!(due(&subject).await, [first.of_webhook()], "as many as may are running");

    let another = subject.submit(noop()).await;
    subject.store.set_limits(Limits { running: Some(2), ..Limits::default() });
    assert_eq!(subject.claim_one().await.id(), another, "a webhook that runs is not counted");
}

async fn webhooks_of_one_owner_hold_up_those_of_no_other(subject: Subject) {
    let delivering_per_owner = Some(2);
    subject.store.set_limits(Limits { running: Some(0), delivering_per_owner, ..Limits::default() });
    let id = subject.submit(noop()).await;
    subject.store.cancel(id).await.unwrap();
    let mut of_ada = Vec::new();
    for _ in 0..5 {
        of_ada.push(subject.submit(NewTask { id: TaskId::fresh(), ..webhook(id) }).await);
    }
    let owner = Webhook::owner_of("bob");
    let of_bob = subject.submit(NewTask { id: TaskId::fresh(), owner, ..webhook(id) }).await;

    assert_eq!(due(&subject).await, [of_ada[0], of_bob, of_ada[1]]);
    assert_eq!(due(&subject).await, []);

    let first = subject.get(of_ada[0]).await;
    subject.settle(&first, Settlement::Retry { failure: transient(), due: subject.clock.now() }).await;
    assert_eq!(due(&subject).await, [of_ada[2]]);
}

async fn a_webhook_is_never_left_behind(mut subject: Subject) {
    if !subject.store.is_durable() {
        return;
    }
    let submitter = subject.store.process();
    let task = NewTask { submitter, ..noop() };
    let id = subject.submit(task).await;
    subject.submit(NewTask { submitter, ..webhook(id) }).await;
    let claimed = subject.claim_one().await;
    subject.complete(&claimed).await;
    let other = subject.submit(NewTask { submitter, ..noop() }).await;
    subject.advance(7200);
    subject.reopen().await;

    subject.store.adopt(Duration::from_hours(1)).await.unwrap();
    assert_eq!(subject.get(other).await.state, State::Pending { wait: Wait::LeftBehind });
    assert_eq!(due(&subject).await, [id.of_webhook()]);
}

async fn webhooks_are_in_no_list_and_no_figure_but_their_own(subject: Subject) {
    let tasks = [subject.submit(noop()).await, subject.submit(noop()).await];
    subject.submit(webhook(tasks[0])).await;
    subject.submit(signed(tasks[1], Signer::Key("0123456789ab".to_owned()))).await;
    let claimed = subject.claim_one().await;
    subject.complete(&claimed).await;
    subject.advance(30);
    let with_webhooks = subject.stats().await;
    assert_eq!((with_webhooks.total_tasks, with_webhooks.queue_size), (2, 1));
    assert_eq!(with_webhooks.queued_by_priority.normal + with_webhooks.queued_by_priority.high, 1);
    assert_eq!((with_webhooks.created_last_minute, with_webhooks.oldest_queued_seconds), (2, Some(30.0)));
    let lane = if claimed.id() == tasks[0] { Webhook::lane_of(ROOT) } else { Lane::of_kind(&Kind::Webhook) };
    let [delivery] = &subject.store.claim(&[lane], 9).await.unwrap()[..] else { panic!("one is due") };
    subject.fail(delivery).await;
    let stats = subject.stats().await;
    assert_eq!((stats.failed, stats.recent.failure_rate), (0, Some(0.0)));

    let list = async |filter: ListFilter| {
        let page = subject.store.list(ListFilter { limit: 2, ..filter }).await.unwrap();
        assert_eq!(page.next_cursor, None);
        let mut found = ids(&page.tasks);
        found.sort();
        found
    };
    let of_webhooks = tasks.map(TaskId::of_webhook);
    assert_eq!(list(ListFilter::default()).await, tasks);
    let completed = Some(TaskStatus::Completed);
    assert_eq!(list(ListFilter { status: completed, ..ListFilter::default() }).await, [claimed.id()]);
    let by_kind = ListFilter { kind: Some(Kind::Webhook), ..ListFilter::default() };
    let by_owner = ListFilter { owner: Some(Webhook::owner_of("ada")), ..ListFilter::default() };
    for filter in [by_kind, by_owner] {
        let mut expected = of_webhooks;
        expected.sort();
        assert_eq!(list(filter).await, expected);
    }
}

async fn the_secrets_of_a_key_are_replaced(subject: Subject) {
    let now = subject.clock.now();
    let key = ApiKey::of(&Secret::fresh(), "ada".parse().unwrap(), Role::User, now);
    subject.store.keep_key(key.clone()).await.unwrap();
    let secrets = vec![WebhookSecret::fresh(), key.webhooks.secrets[0].clone()];

    let changed = subject.store.keep_webhook_secrets(key.id.clone(), secrets.clone()).await.unwrap();
    assert_eq!(changed.unwrap().webhooks.secrets, secrets);
    assert_eq!(subject.store.api_key(key.id).await.unwrap().unwrap().webhooks.secrets, secrets);
    assert!(subject.store.keep_webhook_secrets("none".to_owned(), secrets).await.unwrap().is_none());
}
