//! Does a history agree with the promises? One function a promise; each tells what contradicts, with the task.

use std::collections::HashMap;
use std::time::Duration;

use _core::task::{ErrorKind, TaskId, TaskStatus};

use super::history::{History, Seen};
use super::records::{Record, Step};
use crate::soak::moment::Time;

/// All that contradicts; `soon` is how soon after the last fault everything ends.
pub(super) fn breaches(history: &History, records: &[Record], soon: Duration) -> Vec<String> {
    let mut breaches = what_was_acknowledged_is_there_once(history, records);
    for record in records {
        let nothing = Seen::default();
        let seen = history.tasks.get(&record.id).unwrap_or(&nothing);
        let found = [
            it_ended_as_its_work_says(record),
            tokens_rise(record, seen),
            no_write_is_of_a_former_owner(record, seen),
            no_two_children_at_once(history, seen),
            its_waits_were_answered(record, seen, history.peace, soon),
            its_walk_is_legal(record),
        ];
        breaches.extend(found.into_iter().flatten().map(|what| format!("{what}: {record:?} {seen:?}")));
    }
    breaches
}

/// Promise 1: whatever was answered is there, once, and nothing that nobody submitted.
fn what_was_acknowledged_is_there_once(history: &History, records: &[Record]) -> Vec<String> {
    let mut by_id: HashMap<TaskId, &Record> = HashMap::new();
    let mut by_note: HashMap<&str, TaskId> = HashMap::new();
    let mut breaches = Vec::new();
    for record in records {
        if by_id.insert(record.id, record).is_some() {
            breaches.push(format!("{} is there twice", record.id));
        }
        if let Some(other) = by_note.insert(&record.note, record.id) {
            breaches.push(format!("{} and {other} are of one submission", record.id));
        }
        if !history.submitted.contains(&record.note) {
            breaches.push(format!("nobody submitted {record:?}"));
        }
    }
    for (id, seen) in &history.tasks {
        match (&seen.acknowledged, by_id.get(id)) {
            (Some(_), None) => breaches.push(format!("{id} was acknowledged, and is gone: {seen:?}")),
            (Some(note), Some(record)) if record.note != *note => {
                breaches.push(format!("{id} is not what was acknowledged: {record:?} {seen:?}"));
            }
            (None, None) => breaches.push(format!("{id} ran, and is not there: {seen:?}")),
            _ => {}
        }
    }
    breaches
}

/// Promise 1: it has ended, and no fault but the third death of its process is a reason to fail.
fn it_ended_as_its_work_says(record: &Record) -> Option<String> {
    let is_allowed = match (record.status, &record.failure) {
        (TaskStatus::Completed, _) => record.result.is_some(),
        (TaskStatus::Failed, Some((kind, _))) => {
            record.result.is_none() && matches!(kind, ErrorKind::InvalidModule | ErrorKind::Lost)
        }
        _ => false,
    };
    (!is_allowed).then(|| "it ended as nothing said that it should".to_owned())
}

/// Promise 2: each attempt has a higher token than the one before, and none one that the store never gave.
fn tokens_rise(record: &Record, seen: &Seen) -> Option<String> {
    let rises = seen.children.windows(2).all(|pair| pair[0].token < pair[1].token);
    let is_given = seen.children.iter().all(|child| child.token <= record.token);
    (!(rises && is_given)).then(|| "tokens do not rise".to_owned())
}

/// Promise 2: what was written belongs to the owner of that moment, in the store and outside; and one attempt decided.
fn no_write_is_of_a_former_owner(record: &Record, seen: &Seen) -> Option<String> {
    let mut owner = 0;
    for Step { status, line, .. } in &record.walk {
        match (status, line) {
            (TaskStatus::Running, None) => owner += 1,
            (_, Some(token)) if *token != owner => {
                return Some(format!("{token} wrote a line while {owner} was the owner"));
            }
            _ => {}
        }
    }
    for effect in &seen.effects {
        if let Some(later) =
            seen.children.iter().find(|child| child.token > effect.token && child.began < effect.at)
        {
            return Some(format!("{effect:?} while {later:?} was the owner"));
        }
    }
    let result = record.result.as_ref()?;
    let decided = seen.effects.iter().filter(|effect| effect.token == record.token).count();
    (result["token"] != record.token || decided != 1)
        .then(|| "it was not the last attempt that decided".to_owned())
}

/// Promise 3: a child begins when that of the attempt before is dead.
fn no_two_children_at_once(history: &History, seen: &Seen) -> Option<String> {
    for pair in seen.children.windows(2) {
        match history.end_of(&pair[0]) {
            Some(end) if end <= pair[1].began => {}
            end => return Some(format!("two children at once, the first until {end:?}")),
        }
    }
    let undead = seen.children.iter().find(|child| {
        history.end_of(child).is_none()
            || history.gone.get(&child.process).is_some_and(|gone| child.began > *gone)
    });
    undead.map(|child| format!("nobody saw the end of {child:?}"))
}

/// Promise 4: who waits is told, the same that the store says, and in time.
fn its_waits_were_answered(record: &Record, seen: &Seen, peace: Time, soon: Duration) -> Option<String> {
    if seen.acknowledged.is_some() && seen.ends.is_empty() {
        return Some("nobody was told of its end".to_owned());
    }
    for end in &seen.ends {
        if (end.status, &end.result) != (record.status, &record.result) {
            return Some(format!("{end:?} was told"));
        }
        if Duration::from_nanos(end.at.saturating_sub(peace)) > soon {
            return Some(format!("its end was told too late, the last fault was over at {peace}"));
        }
    }
    None
}

/// Promise 5: its events are numbered without gaps, and tell moves that there are, to its end.
fn its_walk_is_legal(record: &Record) -> Option<String> {
    let wrong = || Some("its events tell no walk that there is".to_owned());
    let (Some(first), Some(last)) = (record.walk.first(), record.walk.last()) else { return wrong() };
    let begins = first.number == 1 && matches!(first.status, TaskStatus::Queued | TaskStatus::Pending);
    let goes_on = record
        .walk
        .windows(2)
        .all(|pair| pair[1].number == pair[0].number + 1 && is_step(pair[0].status, &pair[1]));
    let is_legal = begins && goes_on && last.status == record.status;
    if is_legal { None } else { wrong() }
}

fn is_step(from: TaskStatus, to: &Step) -> bool {
    use TaskStatus::{Cancelled, Completed, Failed, Pending, Queued, Running};
    if to.line.is_some() {
        return (from, to.status) == (Running, Running);
    }
    match from {
        Pending => matches!(to.status, Queued | Failed | Cancelled),
        Queued => matches!(to.status, Running | Failed | Cancelled),
        Running => matches!(to.status, Queued | Pending | Completed | Failed | Cancelled),
        Completed | Failed | Cancelled => false,
    }
}
