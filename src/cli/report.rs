//! What is printed at the end? What tasks left to standard output, why they failed to standard error.

use serde::Serialize;
use tokio::time::Duration;

use super::describe;
use super::error::CommandError;
use super::exit::Exit;
use super::follow::Followed;
use super::output::{self, BOLD, Terminal};
use crate::engine::{Finished, ResultView};

/// The document of `generate --json`.
#[derive(Debug, Serialize)]
struct Generated<'a> {
    /// Whether all of them did what they were asked.
    success: bool,
    /// One result dict a module, in the order of the command line.
    results: Vec<ResultView<'a>>,
}

/// The document of a command with `--json` that ended with an error.
#[derive(Debug, Serialize)]
struct Failed<'a> {
    error: ErrorView<'a>,
}

/// What people read on standard error.
#[derive(Debug, Serialize)]
struct ErrorView<'a> {
    message: &'a str,
    hint: Option<&'a str>,
    exit_code: i32,
}

/// For programs: why the command could not do what it was asked.
pub(super) fn print_error(message: &str, hint: Option<&str>, exit_code: i32) {
    // It may be standard output itself that failed; people have been told.
    let _ = output::print_json(&Failed { error: ErrorView { message, hint, exit_code } });
}

/// For people: one block a module. Answers the exit code of what became of the tasks.
pub(super) fn tell(followed: &Followed, terminal: &Terminal) -> Result<Exit, CommandError> {
    let mut exit = Exit::Done;
    for finished in followed.in_order() {
        exit = exit.max(tell_one(finished, terminal)?);
    }
    Ok(exit)
}

/// One task: what it left, then why it failed and what to do.
pub(super) fn tell_one(finished: &Finished, terminal: &Terminal) -> Result<Exit, CommandError> {
    let left = describe::result(finished);
    if !left.is_empty() {
        output::print(left)?;
    }
    if let Some(note) = describe::note(finished) {
        terminal.hint(note);
    }
    if let Some(failure) = finished.failure() {
        let name = describe::label(&finished.task);
        terminal.error(format_args!("{BOLD}{name}{BOLD:#}: {}", failure.message));
        if let Some(step) = describe::next_step(failure.kind, finished.task.id()) {
            terminal.hint(step);
        }
    }
    Ok(Exit::of_task(finished))
}

/// For programs: all results in one document.
pub(super) fn print_json(followed: &Followed, waited: Duration) -> Result<Exit, CommandError> {
    let message = format!("the task has not ended after {:.1} s: it goes on", waited.as_secs_f64());
    let results: Vec<ResultView<'_>> = followed
        .tasks
        .iter()
        .map(|task| match followed.finished.get(&task.id()) {
            Some(finished) => ResultView::of(finished),
            None => ResultView::unfinished(task, &message),
        })
        .collect();
    let success = followed.unfinished().is_empty() && followed.in_order().all(Finished::is_success);
    output::print_json(&Generated { success, results })?;
    Ok(followed.in_order().map(Exit::of_task).max().unwrap_or_default())
}
