//! How much may wait and run at once, and that a limit on one holds up no other.

use _core::store::{Limits, Store, StoreError};
use _core::task::{Kind, Lane, NewTask, Settlement, Task, TaskId, TaskStatus};

use super::subject::{Subject, ids};
use crate::support::{
    generate_tests, local_lane, noop, noop_after, noop_at, noop_lane, noop_of_key, noop_of_owner, transient,
};

on_every_store! {
    a_full_queue_refuses_a_task_and_says_so,
    whatever_makes_room_lets_another_task_in,
    what_is_pending_waits_too,
    an_owner_who_has_as_many_as_may_wait_is_refused_and_another_is_not,
    what_is_known_is_answered_by_a_full_queue,
    no_more_run_than_may,
    no_more_of_one_owner_run_than_may_and_others_pass,
    no_more_of_one_lane_run_than_may_and_others_pass,
    no_more_of_one_agent_run_than_may_whatever_they_are,
    an_end_of_any_sort_makes_room_to_run,
    a_thousand_tasks_of_a_full_owner_hold_up_nobody,
    owners_take_turns_under_limits,
    all_limits_hold_together,
    a_limit_of_nothing_lets_nothing_run,
    limits_can_be_lifted,
}

fn set(subject: &Subject, limits: Limits) {
    subject.store.set_limits(limits);
}

async fn refusal(subject: &Subject, task: NewTask) -> String {
    let id = task.id;
    let error = subject.store.submit(task).await.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(subject.store.get(id).await.unwrap().is_none(), "a refused task is not kept");
    error.to_string()
}

async fn owners(subject: &Subject, limit: usize) -> Vec<String> {
    subject.claim(limit).await.iter().map(|task| task.new.owner.to_string()).collect()
}

async fn a_full_queue_refuses_a_task_and_says_so(subject: Subject) {
    set(&subject, Limits { queued: Some(2), ..Limits::default() });
    subject.submit(noop_of_owner("a")).await;
    subject.submit(noop_of_owner("b")).await;
    let said = refusal(&subject, noop_of_owner("c")).await;
    assert_eq!(said, "the queue has 2 task(s) that wait, and may have 2");
    assert_eq!(subject.stats().await.total_tasks, 2);
}

async fn whatever_makes_room_lets_another_task_in(subject: Subject) {
    set(&subject, Limits { queued: Some(1), ..Limits::default() });
    subject.submit(noop()).await;
    let task = subject.claim_one().await;
    let second = subject.submit(noop()).await;
    subject.store.cancel(second).await.unwrap();
    subject.submit(noop()).await;
    // What comes back is not refused, and counts.
    subject.settle(&task, Settlement::GiveBack).await;
    subject.claim_one().await;
    refusal(&subject, noop()).await;
    subject.claim_one().await;
    subject.submit(noop()).await;
}

async fn what_is_pending_waits_too(subject: Subject) {
    set(&subject, Limits { queued: Some(3), ..Limits::default() });
    let first = subject.submit(noop()).await;
    subject.submit(noop_after(&[first])).await;
    subject.submit(noop_at(subject.clock.now() + chrono::TimeDelta::days(1))).await;
    refusal(&subject, noop()).await;
    set(&subject, Limits { queued_per_owner: Some(3), ..Limits::default() });
    refusal(&subject, noop()).await;
}

async fn an_owner_who_has_as_many_as_may_wait_is_refused_and_another_is_not(subject: Subject) {
    set(&subject, Limits { queued_per_owner: Some(2), ..Limits::default() });
    for owner in ["ada", "ada", "bob", "bob"] {
        subject.submit(noop_of_owner(owner)).await;
    }
    let said = refusal(&subject, noop_of_owner("ada")).await;
    assert_eq!(said, "owner \"ada\" has 2 task(s) that wait, and may have 2");
    refusal(&subject, NewTask { owner: "bob".into(), ..generate_tests("other lane, same owner") }).await;
    subject.submit(noop_of_owner("eve")).await;
    subject.claim_one().await;
    subject.submit(noop_of_owner("ada")).await;
}

async fn what_is_known_is_answered_by_a_full_queue(subject: Subject) {
    set(&subject, Limits { queued: Some(1), queued_per_owner: Some(1), ..Limits::default() });
    let new = noop_of_key("k");
    subject.submit(new.clone()).await;
    assert_eq!(subject.submit(new.clone()).await, new.id);
    assert_eq!(subject.submit(noop_of_key("k")).await, new.id);
    refusal(&subject, noop_of_key("other")).await;
    let plain = NewTask { terms: None, ..new };
    assert_eq!(subject.submit(plain.clone()).await, plain.id);
}

async fn no_more_run_than_may(subject: Subject) {
    set(&subject, Limits { running: Some(3), ..Limits::default() });
    for _ in 0..6 {
        subject.submit(noop()).await;
    }
    assert_eq!(subject.claim(2).await.len(), 2);
    let last = subject.claim(9).await;
    assert_eq!(last.len(), 1);
    assert!(subject.claim(9).await.is_empty());
    subject.complete(&last[0]).await;
    assert_eq!(subject.claim(9).await.len(), 1);
}

async fn no_more_of_one_owner_run_than_may_and_others_pass(subject: Subject) {
    set(&subject, Limits { running_per_owner: Some(2), ..Limits::default() });
    for owner in ["a", "a", "a", "a", "b", ""] {
        subject.submit(noop_of_owner(owner)).await;
    }
    assert_eq!(owners(&subject, 9).await, ["a", "b", "", "a"]);
    assert!(subject.claim(9).await.is_empty());
    assert_eq!(subject.stats().await.queued, 2);
}

async fn no_more_of_one_lane_run_than_may_and_others_pass(subject: Subject) {
    set(&subject, Limits { running_per_lane: [(local_lane(), 1)].into(), ..Limits::default() });
    let mut expected = Vec::new();
    for number in 0..3 {
        let local = subject.submit(generate_tests("a.py")).await;
        let noop = subject.submit(noop()).await;
        expected.extend((number == 0).then_some(local));
        expected.push(noop);
    }
    assert_eq!(ids(&subject.claim(9).await), expected);
    assert!(subject.store.claim(&[local_lane()], 9).await.unwrap().is_empty());
    subject.submit(noop()).await;
    assert_eq!(subject.store.claim(&[noop_lane()], 9).await.unwrap().len(), 1);
}

async fn no_more_of_one_agent_run_than_may_whatever_they_are(subject: Subject) {
    set(&subject, Limits { running_per_agent: [("local".into(), 2)].into(), ..Limits::default() });
    let errands = Lane::of_agent(&Kind::AgentTask, "local");
    let lanes = [local_lane(), errands.clone(), noop_lane()];
    for _ in 0..2 {
        subject.submit(generate_tests("a.py")).await;
        subject.submit(NewTask { lane: errands.clone(), ..noop() }).await;
    }
    let claimed = subject.store.claim(&lanes, 9).await.unwrap();
    assert_eq!(claimed.iter().map(|task| task.new.lane.clone()).collect::<Vec<_>>(), [local_lane(), errands]);
    subject.submit(noop()).await;
    assert_eq!(subject.store.claim(&lanes, 9).await.unwrap().len(), 1, "others pass");
    subject.complete(&claimed[0]).await;
    assert_eq!(subject.store.claim(&lanes, 9).await.unwrap().len(), 1);
}

async fn an_end_of_any_sort_makes_room_to_run(subject: Subject) {
    let lanes = [(noop_lane(), 1)].into();
    let running_per_owner = Some(1);
    set(
        &subject,
        Limits { running: Some(1), running_per_owner, running_per_lane: lanes, ..Limits::default() },
    );
    for _ in 0..5 {
        subject.submit(noop()).await;
    }
    let due = subject.clock.now() + chrono::TimeDelta::days(1);
    for settlement in [
        Settlement::Complete(std::sync::Arc::new(serde_json::json!(1))),
        Settlement::Fail(transient()),
        Settlement::Retry { failure: transient(), due },
        Settlement::GiveBack,
        Settlement::Cancel,
    ] {
        let task = subject.claim(9).await;
        assert_eq!(task.len(), 1, "before {settlement:?}");
        subject.settle(&task[0], settlement).await;
    }
}

async fn a_thousand_tasks_of_a_full_owner_hold_up_nobody(subject: Subject) {
    set(&subject, Limits { running_per_owner: Some(1), ..Limits::default() });
    for _ in 0..1_000 {
        subject.submit(noop_of_owner("greedy")).await;
    }
    assert_eq!(owners(&subject, 9).await, ["greedy"]);
    subject.submit(noop_of_owner("modest")).await;
    assert_eq!(owners(&subject, 1).await, ["modest"]);
}

async fn owners_take_turns_under_limits(subject: Subject) {
    set(&subject, Limits { running: Some(1), running_per_owner: Some(1), ..Limits::default() });
    for owner in ["a", "a", "a", "b", "b", "b", "c"] {
        subject.submit(noop_of_owner(owner)).await;
    }
    let mut order = Vec::new();
    while let Some(task) = subject.claim(9).await.pop() {
        order.push(task.new.owner.to_string());
        subject.complete(&task).await;
    }
    assert_eq!(order, ["a", "b", "c", "a", "b", "a", "b"]);
}

/// Takes every task that may run, by ones and twos, and ends one now and then.
async fn all_limits_hold_together(subject: Subject) {
    let running_per_lane = [(local_lane(), 2)].into();
    set(
        &subject,
        Limits { running: Some(4), running_per_owner: Some(2), running_per_lane, ..Limits::default() },
    );
    let (mut running, mut ended): (Vec<std::sync::Arc<Task>>, Vec<TaskId>) = (Vec::new(), Vec::new());
    for number in 0..60 {
        let task = if number % 3 == 0 { noop() } else { generate_tests("a.py") };
        subject.submit(NewTask { owner: format!("{}", number % 4).into(), ..task }).await;
    }
    while ended.len() < 60 {
        running.extend(subject.claim(1 + ended.len() % 3).await);
        assert!(running.len() <= 4);
        assert!(running.iter().filter(|task| task.new.lane == local_lane()).count() <= 2);
        for owner in ["0", "1", "2", "3"] {
            assert!(running.iter().filter(|task| &*task.new.owner == owner).count() <= 2);
        }
        let task = running.remove(ended.len() % running.len());
        ended.push(subject.complete(&task).await.id());
    }
}

async fn a_limit_of_nothing_lets_nothing_run(subject: Subject) {
    subject.submit(noop()).await;
    let nothing = [
        Limits { running: Some(0), ..Limits::default() },
        Limits { running_per_owner: Some(0), ..Limits::default() },
        Limits { running_per_lane: [(noop_lane(), 0)].into(), ..Limits::default() },
    ];
    for limits in nothing {
        set(&subject, limits);
        assert!(subject.claim(9).await.is_empty());
    }
    set(&subject, Limits { queued: Some(0), ..Limits::default() });
    refusal(&subject, noop()).await;
}

async fn limits_can_be_lifted(subject: Subject) {
    set(&subject, Limits { queued: Some(1), running: Some(0), ..Limits::default() });
    let first = subject.submit(noop()).await;
    assert!(subject.claim(9).await.is_empty());
    set(&subject, Limits::default());
    subject.submit(noop()).await;
    assert_eq!(subject.claim(9).await.len(), 2);
    assert_eq!(subject.status(first).await, TaskStatus::Running);
}
