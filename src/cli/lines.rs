//! `logs`: the lines that a task's agent or handler left, as they were kept with it.

use std::time::Duration;

use chrono::SecondsFormat;
use serde::Serialize;

use super::arguments::Logs;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, DIM, ERROR, Terminal, WARNING};
use super::results::task_id;
use super::session::Session;
use crate::engine::Engine;
use crate::task::{Happening, LogLevel, TaskEvent, TaskId};

/// How long one look waits for the next line, while a task is followed.
const WAIT: Duration = Duration::from_hours(1);

/// One line, for programs.
#[derive(Debug, Serialize)]
struct Line {
    number: u32,
    at: String,
    attempt: u32,
    level: &'static str,
    message: String,
}

/// `logs`.
pub(super) async fn run(
    command: &Logs,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let id = task_id(&command.task.id)?;
    let engine = session.open_without_workers().await?;
    let told = tell(command, &engine, id).await;
    engine.stop(Duration::ZERO).await;
    let lines = told?;
    if command.task.format.json {
        output::print_json(&lines)?;
    } else if lines.is_empty() {
        terminal.note(format_args!("task {id} has left no lines"));
    }
    Ok(Exit::Done)
}

/// Prints the lines, unless they are for programs, and answers them.
async fn tell(command: &Logs, engine: &Engine, id: TaskId) -> Result<Vec<Line>, CommandError> {
    let wait = if command.follow { WAIT } else { Duration::ZERO };
    let (mut lines, mut seen) = (Vec::new(), 0);
    loop {
        let events = engine.events(id, seen, wait).await?;
        let Some(last) = events.last() else {
            let is_over = !command.follow || engine.get(id).await?.status().is_final();
            if is_over {
                return Ok(lines);
            }
            continue;
        };
        seen = last.number;
        for line in events.iter().filter_map(line) {
            if !command.task.format.json {
                output::print(text(&line))?;
            }
            lines.push(line);
        }
    }
}

fn line(event: &TaskEvent) -> Option<Line> {
    let Happening::Log(level, message) = &event.happening else { return None };
    let level = match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
    };
    let at = event.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    Some(Line { number: event.number, at, attempt: event.attempt, level, message: message.to_string() })
}

fn text(line: &Line) -> String {
    let style = match line.level {
        "warning" => WARNING,
        "error" => ERROR,
        _ => DIM,
    };
    format!("{DIM}{}{DIM:#} {style}{:<7}{style:#} {}", line.at, line.level, line.message)
}
