//! `submit` and `generate --detach`: tasks are stored, their ids printed, and a worker process goes on with them.

use std::sync::Arc;

use super::arguments::{Scheduling, Submit};
use super::error::CommandError;
use super::exit::Exit;
use super::handover::{self, Heir};
use super::output::{self, Terminal};
use super::session::Session;
use super::submission;
use crate::engine::{Engine, PageView};
use crate::store::StoreLocation;
use crate::task::{Kind, Task, TaskPage, Work};

/// `submit`.
pub(super) async fn run(
    command: &Submit,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let works = submission::work(&command.request, session, terminal)?;
    detach(works, &command.request.scheduling, command.format.json, session, terminal).await
}

/// Submits, prints ids, and leaves the tasks to a worker process.
pub(super) async fn detach(
    works: Vec<Work>,
    scheduling: &Scheduling,
    json: bool,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    if session.location == StoreLocation::Memory {
        return Err(CommandError::NothingToHandOver);
    }
    let engine = session.open_without_workers().await?;
    let tasks = submission::submit(works, scheduling, session, &engine).await?;
    print_ids(&tasks, json)?;
    let exit = entrust(session, &engine, &tasks, terminal).await;
    engine.stop(std::time::Duration::ZERO).await;
    Ok(exit)
}

/// Leaves tasks in the store to a living worker, or to one that is started, and says which. An error is told here:
/// standard output has the ids already.
pub(super) async fn entrust(
    session: &Session,
    engine: &Engine,
    tasks: &[Arc<Task>],
    terminal: &Terminal,
) -> Exit {
    match handover::hand_over(session, engine, &submission::ids_and_lanes(tasks)).await {
        Ok(heir) => {
            tell(&heir, terminal);
            Exit::Done
        }
        Err(error) => {
            super::run::tell(&error, terminal);
            error.exit()
        }
    }
}

/// Says who goes on.
pub(super) fn tell(heir: &Heir, terminal: &Terminal) {
    match heir {
        Heir::Living => terminal.note("a living process runs it"),
        Heir::Started { process, log } => {
            terminal.note(format_args!("worker process {process} runs it, log {}", log.display()));
        }
        Heir::Nobody(lane) => {
            if matches!(lane.kind().parse(), Ok(Kind::Custom(_))) {
                let lane = lane.as_str();
                terminal
                    .warning(format_args!("no living program has a handler for {lane}: it waits for one"));
                return;
            }
            let reason = CommandError::no_workers(lane);
            terminal.warning(format_args!("{reason}: it waits for one"));
            if let Some(hint) = reason.hint() {
                terminal.hint(hint);
            }
        }
    }
}

fn print_ids(tasks: &[Arc<Task>], json: bool) -> Result<(), CommandError> {
    if json {
        let page = TaskPage { tasks: tasks.to_vec(), next_cursor: None };
        return output::print_json(&PageView::of(&page));
    }
    let ids: Vec<String> = tasks.iter().map(|task| task.id().to_string()).collect();
    output::print(ids.join("\n"))
}
