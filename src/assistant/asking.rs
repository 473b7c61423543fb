//! Does a prompt ask for a task that is there? `Get result for task …`, `Check status`, `Cancel task …`.

use super::instruction::{begins_with, has_words};
use crate::requirements::plain;

/// Words that ask how a task is.
const LOOKING: &[&str] = &[
    "result",
    "results",
    "status",
    "progress",
    "done",
    "ready",
    "finished",
    "complete",
    "completed",
    "state",
];
/// How such a request begins.
const BEGINS: &[&str] = &[
    "get", "show", "fetch", "check", "give", "what", "whats", "is", "are", "how", "see", "poll", "look",
    "retrieve", "status", "result", "results", "any", "tell", "progress",
];
/// Words of what is to be done: what is asked for is no task that is there, but work.
const WORK: &[&str] = &["plan", "plans", "requirements", "validate", "generate", "parse", "roadmap"];
/// More words than that say more than a question for the last task.
const SHORT: usize = 8;
/// The longest id, in bytes.
const LONGEST_ID: usize = 128;

/// A question for tasks that are there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// How these are.
    Results(Vec<String>),
    /// How the last one is.
    Last,
    /// The end of these.
    Cancel(Vec<String>),
}

/// The question that a prompt is, where it is one.
pub(super) fn asking(prompt: &str) -> Option<Asking> {
    let line = prompt.trim();
    if line.contains('\n') {
        return None;
    }
    let ids = ids_in(line);
    let ends = ["cancel", "stop", "abort"].iter().any(|word| begins_with(line, word));
    if ends && !ids.is_empty() {
        return Some(Asking::Cancel(ids));
    }
    let words = plain(line);
    let begins = BEGINS.contains(&words.split(' ').next().unwrap_or_default());
    let names_work = has_words(line, WORK);
    // Only our own ids tell the plan of a task from the tasks of a plan.
    let names_ours = begins && ids.iter().any(|id| is_uuid(id));
    if !ids.is_empty() {
        let asks = begins || has_words(line, LOOKING);
        return (names_ours || asks && !names_work).then_some(Asking::Results(ids));
    }
    let is_short = words.split(' ').count() <= SHORT;
    (begins && has_words(line, LOOKING) && is_short && !names_work).then_some(Asking::Last)
}

/// The ids that a line names: uuids, and what follows `task`.
fn ids_in(line: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut after_task = false;
    for word in line.split(|letter: char| letter.is_whitespace() || letter == ',') {
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        let lower = bare.to_ascii_lowercase();
        if bare.is_empty() {
            continue;
        }
        if matches!(lower.as_str(), "task" | "tasks" | "id" | "and") {
            after_task = after_task || lower != "and";
            continue;
        }
        let is_id = bare.len() <= LONGEST_ID && (is_uuid(bare) || (after_task && looks_like_id(bare)));
        if is_id {
            ids.push(bare.to_owned());
        } else {
            after_task = false;
        }
    }
    ids
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36 && uuid::Uuid::try_parse(word).is_ok()
}

/// `abc-123`, `a1b2c3d4`: something with a digit, or a hyphen.
fn looks_like_id(word: &str) -> bool {
    let all_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    all_plain && word.len() > 2 && word.bytes().any(|byte| byte.is_ascii_digit() || byte == b'-')
}
