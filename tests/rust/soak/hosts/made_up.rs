//! Is each breach of a promise found? Histories that are made up: a good one, and some for each promise that break it.

use std::time::Duration;

use _core::task::{ErrorKind, TaskId, TaskStatus};
use serde_json::{Value, json};

use super::event::Event;
use super::history::History;
use super::promises::breaches;
use super::records::{Record, Step};

const SOON: Duration = Duration::from_mins(1);
const SECOND: u64 = 1_000_000_000;

/// Two attempts of one task: the process of the first was killed.
struct Story {
    events: Vec<Event>,
    records: Vec<Record>,
    id: TaskId,
}

impl Story {
    fn good() -> Self {
        let id = TaskId::fresh();
        let note = || "note".to_owned();
        let events = vec![
            Event::Submitting { note: note() },
            Event::Acknowledged { note: note(), task: id },
            Event::Began { task: id, token: 1, process: 1, at: SECOND },
            Event::Gone { process: 1, at: 2 * SECOND },
            Event::Began { task: id, token: 2, process: 2, at: 3 * SECOND },
            Event::Ended { task: id, token: 2, at: 4 * SECOND },
            Event::Dead { task: id, token: 2, lost: false, at: 5 * SECOND },
            Event::Effect { task: id, token: 2, at: 6 * SECOND },
            Event::Peace { at: 7 * SECOND },
            Event::Woken { task: id, status: TaskStatus::Completed, result: Some(result(2)), at: 8 * SECOND },
        ];
        let record = Record {
            id,
            note: note(),
            status: TaskStatus::Completed,
            token: 2,
            failure: None,
            result: Some(result(2)),
            walk: vec![
                moved(1, TaskStatus::Queued),
                moved(2, TaskStatus::Running),
                line(3, 1),
                moved(4, TaskStatus::Queued),
                moved(5, TaskStatus::Running),
                line(6, 2),
                moved(7, TaskStatus::Completed),
            ],
        };
        Self { events, records: vec![record], id }
    }

    /// The good one, changed.
    fn but(change: impl FnOnce(&mut Self)) -> Self {
        let mut story = Self::good();
        change(&mut story);
        story
    }

    fn record(&mut self) -> &mut Record {
        &mut self.records[0]
    }

    fn without(&mut self, is_left_out: impl Fn(&Event) -> bool) {
        self.events.retain(|event| !is_left_out(event));
    }

    fn breaches(self) -> Vec<String> {
        breaches(&History::of(self.events), &self.records, SOON)
    }

    /// Fails unless each of these is found, and nothing else.
    #[track_caller]
    fn shows(self, words: &[&str]) {
        let found = self.breaches();
        let all = words.iter().all(|words| found.iter().any(|breach| breach.contains(words)));
        let only = found.iter().all(|breach| words.iter().any(|words| breach.contains(words)));
        assert!(all && only, "{found:#?}");
    }
}

/// The record of a task that nobody ran to its end.
fn lost(note: &str) -> Record {
    use TaskStatus::{Failed, Queued, Running};
    Record {
        id: TaskId::fresh(),
        note: note.to_owned(),
        status: Failed,
        token: 1,
        failure: Some((ErrorKind::Lost, "died".to_owned())),
        result: None,
        walk: vec![moved(1, Queued), moved(2, Running), moved(3, Failed)],
    }
}

fn result(token: u64) -> Value {
    json!({ "token": token, "nonce": 7 })
}

fn moved(number: u32, status: TaskStatus) -> Step {
    Step { number, status, line: None }
}

fn line(number: u32, token: u64) -> Step {
    Step { number, status: TaskStatus::Running, line: Some(token) }
}

#[test]
fn a_good_history_has_no_breach() {
    assert_eq!(Story::good().breaches(), Vec::<String>::new());
}

#[test]
fn a_task_that_was_acknowledged_and_is_gone_is_found() {
    Story::but(|story| story.records.clear()).shows(&["is gone"]);
}

#[test]
fn a_task_that_is_there_twice_is_found() {
    Story::but(|story| story.records.push(story.records[0].clone()))
        .shows(&["is there twice", "are of one submission"]);
    Story::but(|story| story.records.push(lost("note"))).shows(&["are of one submission"]);
}

#[test]
fn a_task_that_is_not_what_was_acknowledged_is_found() {
    Story::but(|story| {
        story.events.push(Event::Submitting { note: "other".into() });
        story.record().note = "other".into();
    })
    .shows(&["is not what was acknowledged"]);
    Story::but(|story| story.records.push(lost("stranger"))).shows(&["nobody submitted"]);
}

#[test]
fn an_end_that_has_no_reason_is_found() {
    let end = |status, failure: Option<(ErrorKind, String)>| {
        Story::but(|story| {
            story.without(|event| matches!(event, Event::Woken { .. }));
            let woken = Event::Woken { task: story.id, status, result: None, at: 8 * SECOND };
            story.events.push(woken);
            let record = story.record();
            record.walk[6].status = status;
            (record.status, record.failure, record.result) = (status, failure, None);
        })
    };
    end(TaskStatus::Failed, Some((ErrorKind::Internal, "went away".into())))
        .shows(&["nothing said that it should"]);
    end(TaskStatus::Cancelled, None).shows(&["nothing said that it should"]);
    end(TaskStatus::Queued, None).shows(&["nothing said that it should"]);
    assert_eq!(
        end(TaskStatus::Failed, Some((ErrorKind::Lost, "died".into()))).breaches(),
        Vec::<String>::new()
    );
}

#[test]
fn tokens_that_do_not_rise_are_found() {
    Story::but(|story| {
        story.events.push(Event::Began { task: story.id, token: 2, process: 3, at: 9 * SECOND });
        story.events.push(Event::Gone { process: 3, at: 10 * SECOND });
    })
    .shows(&["tokens do not rise"]);
    Story::but(|story| {
        story.events.push(Event::Began { task: story.id, token: 3, process: 3, at: 9 * SECOND });
        story.events.push(Event::Gone { process: 3, at: 10 * SECOND });
    })
    .shows(&["tokens do not rise"]);
}

#[test]
fn a_write_of_a_former_owner_is_found() {
    Story::but(|story| story.record().walk[5].line = Some(1)).shows(&["wrote a line while 2 was the owner"]);
    Story::but(|story| story.events.push(Event::Effect { task: story.id, token: 1, at: 4 * SECOND }))
        .shows(&["was the owner"]);
}

#[test]
fn an_end_by_another_attempt_than_the_last_is_found() {
    Story::but(|story| {
        story.without(|event| matches!(event, Event::Woken { .. }));
        let (task, status, at) = (story.id, TaskStatus::Completed, 8 * SECOND);
        story.events.push(Event::Woken { task, status, result: Some(result(1)), at });
        story.record().result = Some(result(1));
    })
    .shows(&["not the last attempt that decided"]);
    Story::but(|story| story.without(|event| matches!(event, Event::Effect { .. })))
        .shows(&["not the last attempt that decided"]);
    Story::but(|story| story.events.push(Event::Effect { task: story.id, token: 2, at: 7 * SECOND }))
        .shows(&["not the last attempt that decided"]);
}

#[test]
fn two_children_at_once_are_found() {
    Story::but(|story| {
        story.without(|event| matches!(event, Event::Gone { .. }));
        story.events.push(Event::Gone { process: 1, at: 3 * SECOND + 1 });
    })
    .shows(&["two children at once"]);
}

#[test]
fn a_child_whose_end_nobody_saw_is_found() {
    Story::but(|story| story.without(|event| matches!(event, Event::Dead { .. })))
        .shows(&["nobody saw the end"]);
    Story::but(|story| story.events.push(Event::Gone { process: 2, at: 2 * SECOND }))
        .shows(&["nobody saw the end"]);
}

#[test]
fn a_wait_that_was_not_answered_as_it_should_is_found() {
    let woken = |status, token, at| {
        Story::but(|story| {
            story.without(|event| matches!(event, Event::Woken { .. }));
            story.events.push(Event::Woken { task: story.id, status, result: Some(result(token)), at });
        })
    };
    Story::but(|story| story.without(|event| matches!(event, Event::Woken { .. })))
        .shows(&["nobody was told"]);
    woken(TaskStatus::Completed, 1, 8 * SECOND).shows(&["was told"]);
    woken(TaskStatus::Failed, 2, 8 * SECOND).shows(&["was told"]);
    woken(TaskStatus::Completed, 2, 68 * SECOND).shows(&["told too late"]);
}

#[test]
fn a_walk_that_is_none_is_found() {
    let walk = |change: fn(&mut Vec<Step>)| Story::but(|story| change(&mut story.record().walk));
    let words = "no walk that there is";
    walk(|walk| *walk = without(walk, 2)).shows(&[words]);
    walk(|walk| walk[0].number = 2).shows(&[words]);
    walk(|walk| walk[3].status = TaskStatus::Completed).shows(&[words]);
    walk(|walk| walk.push(moved(8, TaskStatus::Completed))).shows(&[words]);
    walk(|walk| *walk = without(walk, 6)).shows(&[words]);
    walk(|walk| walk[6] = line(7, 2)).shows(&[words]);
    walk(Vec::clear).shows(&[words]);
}

fn without(walk: &[Step], index: usize) -> Vec<Step> {
    [&walk[..index], &walk[index + 1..]].concat()
}
