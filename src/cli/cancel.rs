//! `cancel`: ends tasks, and everything that runs for them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::arguments::ManyTasks;
use super::describe;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, Terminal};
use super::results::task_id;
use super::session::Session;
use crate::engine::{Engine, PageView};
use crate::task::{Task, TaskPage, TaskStatus};

/// `cancel`: an id that cannot be cancelled does not keep the others from it.
pub(super) async fn run(
    command: &ManyTasks,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let engine = session.open_without_workers().await?;
    let mut tasks = Vec::new();
    let mut exit = Exit::Done;
    // All at once: one after the other, workers would take up the next while the last one dies.
    for outcome in join_all(command.ids.iter().map(|id| cancel(&engine, id))).await {
        match outcome {
            Ok(task) => {
                exit = exit.max(if task.status().is_final() { Exit::Done } else { Exit::TaskFailed });
                tasks.push(task);
            }
            Err(error) => {
                exit = exit.max(error.exit());
                super::run::tell(&error, terminal);
            }
        }
    }
    engine.stop(Duration::ZERO).await;
    if command.format.json {
        let page = TaskPage { tasks, next_cursor: None };
        output::print_json(&PageView::of(&page))?;
    } else {
        tasks.iter().try_for_each(|task| output::print(text(task)))?;
    }
    Ok(exit)
}

async fn cancel(engine: &Engine, id: &str) -> Result<Arc<Task>, CommandError> {
    Ok(engine.cancel(task_id(id)?).await?)
}

fn text(task: &Task) -> String {
    let name = describe::label(task);
    match task.status() {
        TaskStatus::Cancelled => format!("{name}: cancelled"),
        status if status.is_final() => format!("{name}: had ended before ({status})"),
        _ => format!("{name}: asked to stop, and still running"),
    }
}
