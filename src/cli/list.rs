//! `list`: the tasks of this store, newest first.

use std::time::Duration;

use chrono::Utc;

use super::arguments::{List, NAME};
use super::describe;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD, ERROR, GOOD, Terminal, WARNING};
use super::session::Session;
use crate::engine::PageView;
use crate::task::{ListFilter, Task, TaskPage, TaskStatus};

/// `list`.
pub(super) async fn run(
    command: &List,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let filter = ListFilter {
        status: command.status,
        kind: command.kind.clone(),
        owner: None,
        limit: usize::try_from(command.limit).unwrap_or(usize::MAX),
        cursor: command.cursor,
    };
    let engine = session.open_without_workers().await?;
    let page = engine.list(filter).await;
    engine.stop(Duration::ZERO).await;
    let page = page?;
    if command.format.json {
        output::print_json(&PageView::of(&page))?;
        return Ok(Exit::Done);
    }
    if page.tasks.is_empty() {
        terminal.note(format_args!("no tasks in {}", session.location));
        return Ok(Exit::Done);
    }
    output::print(table(&page))?;
    if let Some(cursor) = page.next_cursor {
        terminal.note(format_args!("there are more: `{NAME} list --cursor {cursor}`"));
    }
    Ok(Exit::Done)
}

fn table(page: &TaskPage) -> String {
    let head = format!("{BOLD}{:<36}  {:<9}  {:>8}  TASK{BOLD:#}", "ID", "STATUS", "AGE");
    let rows = page.tasks.iter().map(|task| row(task));
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

fn row(task: &Task) -> String {
    let status = task.status();
    let style = match status {
        TaskStatus::Completed => GOOD,
        TaskStatus::Failed | TaskStatus::Cancelled => ERROR,
        TaskStatus::Running => BOLD,
        TaskStatus::Pending | TaskStatus::Queued => WARNING,
    };
    let why = match &task.failure {
        Some(failure) if status.is_final() => format!("  ({})", failure.kind),
        _ => String::new(),
    };
    let id = task.id().to_string();
    let age = describe::age(Utc::now() - task.created_at);
    format!("{id}  {style}{:<9}{style:#}  {age:>8}  {}{why}", status.as_str(), describe::label(task))
}
