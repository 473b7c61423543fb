//! How are results shown on a pull request? As annotations of GitHub Actions, lines on standard output that the runner
//! reads, and as a table in the summary of the job.

use std::env;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use super::describe;
use super::error::CommandError;
use super::exit::Exit;
use super::follow::Followed;
use super::output;
use crate::engine::Finished;
use crate::task::Task;

/// How many places without coverage are annotated; the runner shows ten of a kind for each step.
const MOST_PLACES: usize = 10;

/// Annotates what became of the tasks; those that have not ended are named too.
pub(super) fn tell(followed: &Followed, project_root: &Path) -> Result<Exit, CommandError> {
    let unfinished = followed.unfinished();
    for task in followed.tasks.iter().filter(|task| unfinished.contains(&task.id())) {
        let message = format!("not finished: task {} goes on", task.id());
        output::print(annotation("warning", &place(task, project_root), "test generation", &message))?;
    }
    tell_all(followed.in_order(), project_root)?;
    Ok(followed.in_order().map(Exit::of_task).max().unwrap_or_default())
}

/// Annotates tasks that have ended, and adds them to the summary of the job.
pub(super) fn tell_all<'a>(
    finished: impl IntoIterator<Item = &'a Finished>,
    project_root: &Path,
) -> Result<(), CommandError> {
    let mut table = "| module | tests | coverage | |\n|---|---|---|---|\n".to_owned();
    for one in finished {
        for line in annotations(one, project_root) {
            output::print(line)?;
        }
        table.push_str(&row(one));
    }
    if let Some(summary) = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
        // A summary that cannot be written takes nothing from the result.
        let _ = OpenOptions::new()
            .append(true)
            .create(true)
            .open(summary)
            .and_then(|mut file| writeln!(file, "{table}"));
    }
    Ok(())
}

/// Annotates the job with what kept the command from doing what it was asked.
pub(super) fn print_error(message: &str) {
    let line = format!("::error title={}::{}", property("openhands-testgen"), data(message));
    // Nobody reads it: then nobody misses it.
    let _ = output::print(line);
}

fn annotations(finished: &Finished, project_root: &Path) -> Vec<String> {
    let file = place(&finished.task, project_root);
    let summary = describe::summary(finished);
    let summary = summary.trim_start_matches([',', ' ']);
    let mut lines = match finished.failure() {
        None => vec![annotation("notice", &file, "tests generated", summary)],
        Some(failure) => {
            let title = format!("no tests: {}", failure.kind);
            vec![annotation("error", &file, &title, &failure.message)]
        }
    };
    let missing = finished.result.as_deref().map(|result| &result["coverage"]["missing_lines"]);
    for (first, last) in runs(missing).into_iter().take(MOST_PLACES) {
        let place = format!("{file},line={first},endLine={last}");
        let message = "no generated test reaches this";
        lines.push(annotation("warning", &place, "not covered", message));
    }
    lines
}

/// Neighbouring numbers of a JSON array, as first and last.
fn runs(numbers: Option<&Value>) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

fn row(finished: &Finished) -> String {
    let result = finished.result.as_deref();
    let tests = result.and_then(|result| result["tests"].as_array()).map_or(0, Vec::len);
    let mut row = format!("| {} | {tests} | ", cell(describe::label(&finished.task)));
    // Writing to a String cannot fail.
    let _ = match result.and_then(|result| result["coverage"]["percent"].as_f64()) {
        Some(percent) => write!(row, "{percent} % | "),
        None => write!(row, "| "),
    };
    row.push_str(
        &finished.failure().map_or_else(|| "generated".to_owned(), |failure| cell(&failure.message)),
    );
    row.push_str(" |\n");
    row
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\r', '\n'], " ")
}

/// `file=…` from the root of the checkout, which may lie above the project.
fn place(task: &Task, project_root: &Path) -> String {
    let checkout = env::var_os("GITHUB_WORKSPACE").and_then(|path| Path::new(&path).canonicalize().ok());
    let below = checkout.and_then(|checkout| project_root.strip_prefix(checkout).ok().map(Path::to_owned));
    let path = below.unwrap_or_default().join(describe::label(task));
    format!("file={}", property(&path.to_string_lossy()))
}

/// `::error file=a.py,title=…::message`, in the runner's own escapes.
fn annotation(level: &str, place: &str, title: &str, message: &str) -> String {
    format!("::{level} {place},title={}::{}", property(title), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_runner_would_take_for_syntax_is_escaped() {
        assert_eq!(
            annotation("error", "file=a.py", "50 %: no, none", "one\ntwo: 3 %, 4"),
            "::error file=a.py,title=50 %25%3A no%2C none::one%0Atwo: 3 %25, 4"
        );
        assert_eq!(cell("a | b\nc"), "a \\| b c");
    }

    #[test]
    fn neighbouring_lines_are_one_place() {
        let lines = json!([3, 4, 5, 9, 11, 12]);
        assert_eq!(runs(Some(&lines)), [(3, 5), (9, 9), (11, 12)]);
        assert!(runs(None).is_empty() && runs(Some(&Value::Null)).is_empty());
    }
}
