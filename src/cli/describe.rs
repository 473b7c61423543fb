//! How are tasks and what they left told to people?

use std::fmt::Write as _;

use chrono::TimeDelta;
use serde_json::Value;

use super::output::{BOLD, DIM, GOOD, WARNING};
use super::{documents, errand};
use crate::engine::Finished;
use crate::task::{ErrorKind, Kind, Task, TaskId, Work};

/// How many tests are named that were removed, and how many things that have none.
const MOST_NAMED: usize = 5;
/// How much of an instruction names its task.
const MOST_HEADLINE: usize = 60;
/// How much of a reason is shown.
const MOST_REASON: usize = 100;

/// What a task is about: its module, or its kind.
pub(super) fn label(task: &Task) -> &str {
    match &task.new.work {
        Work::GenerateTests(request) => &request.module_path,
        Work::AgentTask(request) => headline(&request.instruction),
        Work::Documents(documents) => &documents.project.id,
        Work::Planning(planning) => headline(&planning.text),
        Work::Webhook(_) => Kind::Webhook.as_str(),
        Work::Noop => Kind::Noop.as_str(),
        Work::Custom(custom) => custom.kind.as_str(),
    }
}

/// The first line of an instruction, cut where it is long.
pub(super) fn headline(instruction: &str) -> &str {
    let line = instruction.trim_start().lines().next().unwrap_or_default().trim_end();
    line.char_indices().nth(MOST_HEADLINE).map_or(line, |(end, _)| &line[..end])
}

/// What follows the status in one line: `, 12 tests, coverage 96.2 %`.
pub(super) fn summary(finished: &Finished) -> String {
    let mut text = String::new();
    if let Some(failure) = finished.failure() {
        // Writing to a String cannot fail.
        let _ = write!(text, " ({})", failure.kind);
    }
    let Some(result) = finished.result.as_deref() else { return text };
    if let Some(tests) = count(&result["tests"]) {
        let _ = write!(text, ", {}", plural(tests, "test"));
    }
    if let Some(percent) = result["coverage"]["percent"].as_f64() {
        let _ = write!(text, ", coverage {} %", figure(percent));
    }
    if let Some(files) = count(&result["files"]) {
        let _ = write!(text, ", {} changed", plural(files, "file"));
    }
    text
}

/// What a task left, in a few lines; empty where it left nothing.
pub(super) fn result(finished: &Finished) -> String {
    let Some(result) = finished.result.as_deref() else { return String::new() };
    if let Work::AgentTask(_) = finished.task.new.work {
        return errand::result(finished, result);
    }
    if let (Work::Planning(_), Some(text)) = (&finished.task.new.work, result["text"].as_str()) {
        return text.trim_end().to_owned();
    }
    if let Some(text) = documents::result(finished, result) {
        return text;
    }
    let name = label(&finished.task);
    let Some(file) = result["test_file"].as_str() else {
        return if finished.is_success() { format!("{BOLD}{name}{BOLD:#}: done") } else { String::new() };
    };
    let tests = count(&result["tests"]).map_or_else(|| "tests".to_owned(), |tests| plural(tests, "test"));
    let mut text = format!("{BOLD}{name}{BOLD:#}: {tests} in {BOLD}{file}{BOLD:#}");
    coverage_line(&mut text, result);
    let id = finished.task.id();
    named_lines(&mut text, "removed", "test", &result["verification"]["removed"], id);
    named_lines(&mut text, "not tested", "name", &result["left_out"], id);
    text
}

/// What the user's own pytest needs to find the module, where it needs something.
pub(super) fn note(finished: &Finished) -> Option<&str> {
    finished.result.as_deref()?["verification"]["note"].as_str()
}

fn coverage_line(text: &mut String, result: &Value) {
    let coverage = &result["coverage"];
    let Some(percent) = coverage["percent"].as_f64() else { return };
    let style = if result["threshold_met"].as_bool() == Some(false) { WARNING } else { GOOD };
    let _ = write!(text, "\n  coverage {style}{} %{style:#}", figure(percent));
    let parts = [("line_percent", "lines"), ("branch_percent", "branches")];
    let parts: Vec<String> = parts
        .iter()
        .filter_map(|(key, name)| {
            coverage[*key].as_f64().map(|percent| format!("{name} {} %", figure(percent)))
        })
        .collect();
    if !parts.is_empty() {
        let _ = write!(text, " ({})", parts.join(", "));
    }
    if let Some(threshold) = result["coverage_threshold"].as_f64() {
        let _ = write!(text, "{DIM}, asked for {} %{DIM:#}", figure(threshold));
    }
}

/// Some of a list of things with reasons, and how many more there are.
pub(super) fn named_lines(text: &mut String, what: &str, key: &str, entries: &Value, id: TaskId) {
    let Some(entries) = entries.as_array() else { return };
    for entry in entries.iter().take(MOST_NAMED) {
        let name = entry[key].as_str().unwrap_or("one");
        let reason = shortened(entry["reason"].as_str().unwrap_or("no reason given"));
        let _ = write!(text, "\n  {what} {name}: {reason}");
    }
    if let Some(more) = entries.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        let _ = write!(text, "\n  {what} {more} more: see `openhands-testgen results {id} --json`");
    }
}

/// What to do about a failed task, where its message may not say.
pub(super) fn next_step(kind: ErrorKind, id: TaskId) -> Option<String> {
    Some(match kind {
        ErrorKind::CoverageGap => {
            "the tests that pass are kept: add to them by hand, raise `--max-iterations`, or lower `--coverage`"
                .to_owned()
        }
        ErrorKind::Verification => {
            format!("`openhands-testgen results {id} --json` says what was removed and why")
        }
        ErrorKind::Environment => "`openhands-testgen doctor` names what is missing here".to_owned(),
        ErrorKind::Config | ErrorKind::Authentication => {
            "`openhands-testgen config show` lists the settings that hold".to_owned()
        }
        ErrorKind::Timeout | ErrorKind::Stuck => {
            "give it more time by `--timeout SECONDS`, or a smaller module".to_owned()
        }
        ErrorKind::Cancelled
        | ErrorKind::Lost
        | ErrorKind::Expired
        | ErrorKind::Dependency
        | ErrorKind::RateLimit
        | ErrorKind::Quota
        | ErrorKind::Transient
        | ErrorKind::Protocol
        | ErrorKind::Budget => format!("`openhands-testgen retry {id}` submits it again"),
        ErrorKind::InvalidModule | ErrorKind::Internal | ErrorKind::Refused => return None,
    })
}

/// `1 test`, `2 tests`.
pub(super) fn plural(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A percentage as people read it: cut, not rounded, so that 100 means all.
pub(super) fn figure(percent: f64) -> String {
    let tenths = (percent * 10.0 + 1e-9).floor() / 10.0;
    format!("{tenths}")
}

/// A number of tests: as a number, or as a list of them.
fn count(tests: &Value) -> Option<usize> {
    match tests {
        Value::Array(tests) => Some(tests.len()),
        other => other.as_u64().and_then(|number| usize::try_from(number).ok()),
    }
}

/// The first line of a reason, cut where it is long.
fn shortened(reason: &str) -> String {
    let line = reason.lines().next().unwrap_or_default();
    match line.char_indices().nth(MOST_REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// `12 s`, `5 min`, `3 h`, `2 d`.
pub(super) fn age(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_their_largest_unit() {
        for (seconds, text) in [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (200_000, "2 d")] {
            assert_eq!(age(TimeDelta::seconds(seconds)), text);
        }
    }

    #[test]
    fn a_hundred_percent_means_all() {
        assert_eq!(figure(99.99), "99.9");
        assert_eq!(figure(100.0), "100");
        assert_eq!(figure(96.2), "96.2");
        assert_eq!(figure(0.0), "0");
    }

    #[test]
    fn tests_are_counted_as_number_or_list() {
        assert_eq!(count(&Value::from(12)), Some(12));
        assert_eq!(count(&serde_json::json!(["test_a", "test_b"])), Some(2));
        assert_eq!(count(&Value::Null), None);
    }

    #[test]
    fn a_reason_is_one_short_line() {
        assert_eq!(shortened("fails\nTraceback …"), "fails");
        assert_eq!(shortened(&"x".repeat(200)).chars().count(), MOST_REASON + 1);
    }
}
