//! `retry`: submits the work of a failed or cancelled task once more, and leaves it to a worker.

use std::time::Duration;

use super::arguments::OneTask;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, Terminal};
use super::results::task_id;
use super::session::Session;
use super::submit;
use crate::engine::StatusView;
use crate::store::StoreLocation;
use crate::task::Terms;

/// `retry`: prints the id of the new task.
pub(super) async fn run(
    command: &OneTask,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let id = task_id(&command.id)?;
    if session.location == StoreLocation::Memory {
        return Err(CommandError::NothingToHandOver);
    }
    let engine = session.open_without_workers().await?;
    let task = engine.retry(id, Terms::default()).await?;
    if command.format.json {
        output::print_json(&StatusView::of(&task))?;
    } else {
        output::print(task.id())?;
    }
    let exit = submit::entrust(session, &engine, &[task], terminal).await;
    engine.stop(Duration::ZERO).await;
    Ok(exit)
}
