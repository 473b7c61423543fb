//! `task`: has an agent do what an instruction says, waits, and tells what changed and what the agent said, quoted.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use super::arguments::Errand;
use super::describe::{label, named_lines, plural};
use super::error::CommandError;
use super::exit::Exit;
use super::format::OutputFormat;
use super::output::{BOLD, DIM, Terminal, WARNING};
use super::session::Session;
use super::{generate, submit};
use crate::engine::{ErrandRequest, Finished};
use crate::task::Ground;

/// How many files are named.
const MOST_FILES: usize = 20;
/// How many lines of what the agent said are shown.
const MOST_LINES: usize = 20;

/// `task`.
pub(super) async fn run(
    command: &Errand,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let request = ErrandRequest {
        instruction: command.instruction.clone(),
        workspace: if command.empty { Ground::Empty } else { Ground::Project },
        apply: command.apply,
    };
    let works = vec![request.into_work(&Arc::new(session.settings.context()))?];
    let (scheduling, json) = (&command.scheduling, command.format.json);
    if command.detach {
        return submit::detach(works, scheduling, json, session, terminal).await;
    }
    let format = if json { OutputFormat::Json } else { OutputFormat::Text };
    generate::attend(works, scheduling, command.wait_timeout, format, session, terminal).await
}

/// What a free-form task left, in some lines.
pub(super) fn result(finished: &Finished, result: &Value) -> String {
    let (name, id) = (label(&finished.task), finished.task.id());
    let files = result["files"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_applied = result["applied"].as_bool() == Some(true);
    let what = match (files.len(), is_applied) {
        (0, _) => "no file changed".to_owned(),
        (number, true) => format!("{} changed in the project", plural(number, "file")),
        (number, false) => format!("{} changed in the workspace", plural(number, "file")),
    };
    let mut text = format!("{BOLD}{name}{BOLD:#}: {what}, {WARNING}not verified{WARNING:#}");
    for file in files.iter().take(MOST_FILES) {
        let word = |key: &str| file[key].as_str().unwrap_or_default().to_owned();
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {:<8}  {BOLD}{}{BOLD:#}", word("change"), word("path"));
    }
    if files.len() > MOST_FILES {
        let _ = write!(text, "\n  and {} more", files.len() - MOST_FILES);
    }
    named_lines(&mut text, "left out", "name", &result["left_out"], id);
    if let Some(message) = result["message"].as_str() {
        text.push_str("\n  the agent says:");
        for line in message.lines().take(MOST_LINES) {
            let _ = write!(text, "\n  {DIM}>{DIM:#} {line}");
        }
        if message.lines().count() > MOST_LINES {
            let _ = write!(text, "\n  {DIM}>{DIM:#} …");
        }
    }
    if !files.is_empty() && !is_applied {
        let _ = write!(
            text,
            "\n  `openhands-testgen results {id} --json` has the patch: `… | jq -r .result.patch | git apply`"
        );
    }
    text
}
