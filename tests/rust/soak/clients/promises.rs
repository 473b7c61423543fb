//! Does a history agree with the promises? One function a promise; each names the task and what contradicts.

use _core::task::{TaskId, TaskStatus};
use serde_json::Value;

use super::history::{History, Records, Seen};

/// Judges everything that was seen.
pub(super) fn judge(history: &History, records: &Records) {
    assert!(history.tasks.values().any(|seen| seen.attempts.len() > 1), "nothing was ever run again");
    for (id, seen) in &history.tasks {
        what_was_acknowledged_is_there(*id, seen, records);
        a_final_record_never_changes(*id, seen, records);
        one_attempt_at_a_time_each_with_a_higher_token(*id, seen, history);
        the_last_attempt_decides(*id, seen, records);
        nothing_goes_on_after_a_cancel(*id, seen, history);
    }
}

/// Promises 1 and 7: what was answered is in the store, to the end.
fn what_was_acknowledged_is_there(id: TaskId, seen: &Seen, records: &Records) {
    assert!(records.of(id).is_some(), "{id} is gone: {seen:?}");
}

/// Promise 2: all that saw an end saw the same, and nobody saw anything else afterwards.
fn a_final_record_never_changes(id: TaskId, seen: &Seen, records: &Records) {
    let (record, result) = records.of(id).expect("checked before");
    for result_seen in &seen.results {
        assert_eq!(Some(result_seen), result.as_ref(), "{id} had another result: {seen:?}");
    }
    let ends = seen.looks.iter().filter(|look| look.status.is_final());
    for look in ends.clone() {
        let (status, token) = (record.status(), record.token);
        assert_eq!((look.status, look.token), (status, token), "{id} had another end: {seen:?}");
    }
    let Some(known) = ends.map(|look| look.answered).min() else { return };
    let later = seen.looks.iter().find(|look| look.asked > known && !look.status.is_final());
    assert!(later.is_none(), "{id} had ended and came back: {later:?} of {seen:?}");
    let begun = seen.attempts.iter().find(|attempt| attempt.began > known);
    assert!(begun.is_none(), "{id} had ended and ran again: {begun:?} of {seen:?}");
}

/// Promise 3: tokens rise, and an attempt begins when the one before has returned or its process was killed.
fn one_attempt_at_a_time_each_with_a_higher_token(id: TaskId, seen: &Seen, history: &History) {
    let mut attempts = seen.attempts.clone();
    attempts.sort_by_key(|attempt| attempt.began);
    for pair in attempts.windows(2) {
        assert!(pair[0].token < pair[1].token, "{id}: tokens do not rise: {attempts:?}");
        assert!(history.end_of(&pair[0]) <= pair[1].began, "{id}: two attempts at once: {attempts:?}");
    }
}

/// Promise 3 again: a result is of the attempt that held the last token, and of no other.
fn the_last_attempt_decides(id: TaskId, seen: &Seen, records: &Records) {
    let (record, result) = records.of(id).expect("checked before");
    if let Some(Value::Object(result)) = result {
        assert_eq!(result["token"], record.token, "{id}: an older attempt decided: {seen:?}");
    }
    let highest = seen.attempts.iter().map(|attempt| attempt.token).max().unwrap_or_default();
    assert!(highest <= record.token, "{id} ran with a token that it never had: {seen:?}");
    assert_eq!(
        record.status() == TaskStatus::Completed,
        result.is_some(),
        "{id}: {record:?} with {result:?}"
    );
}

/// Promise 4: once `cancelled` was answered, no attempt is under way or begins.
fn nothing_goes_on_after_a_cancel(id: TaskId, seen: &Seen, history: &History) {
    let cancelled = seen.looks.iter().filter(|look| look.status == TaskStatus::Cancelled);
    let Some(known) = cancelled.map(|look| look.answered).min() else { return };
    for attempt in &seen.attempts {
        let end = history.end_of(attempt);
        assert!(end <= known, "{id} was cancelled, and {attempt:?} went on: {seen:?}");
    }
}
