//! How do modules of the command line become tasks? All are checked before the first is stored.

use std::sync::Arc;

use super::arguments::Request;
use super::describe::plural;
use super::error::CommandError;
use super::modules;
use super::output::Terminal;
use super::session::Session;
use crate::engine::{Defaults, Engine, SubmitOptions, TestRequest};
use crate::task::{Lane, Task, TaskId, Work};

/// The work that the arguments ask for, one piece a module.
pub(super) fn work(
    request: &Request,
    session: &Session,
    terminal: &Terminal,
) -> Result<Vec<Work>, CommandError> {
    let chosen = modules::choose(&request.modules, request.output.as_deref(), &session.place())?;
    let context = Arc::new(session.settings.context());
    let test_request = |module_path| TestRequest {
        module_path,
        output_path: chosen.output.clone(),
        coverage_threshold: request.coverage,
        overwrite: request.overwrite,
        max_iterations: request.max_iterations,
    };
    let requests = chosen.modules.iter().cloned().map(test_request);
    let works: Result<_, _> =
        requests.map(|request| request.into_work(&context, session.settings.max_iterations)).collect();
    if chosen.left_out > 0 {
        let files = plural(chosen.left_out, "file");
        terminal.note(format_args!(
            "left out {files} with nothing to test: no function or class, or __main__.py"
        ));
    }
    Ok(works?)
}

/// Stores the tasks, in order.
pub(super) async fn submit(
    works: Vec<Work>,
    request: &Request,
    session: &Session,
    engine: &Engine,
) -> Result<Vec<Arc<Task>>, CommandError> {
    let mut tasks = Vec::with_capacity(works.len());
    for work in works {
        let options = SubmitOptions {
            priority: request.priority,
            attempt_seconds: request.timeout,
            ..SubmitOptions::default()
        };
        let defaults = Defaults::of(&session.settings, &work.kind());
        let task = options.into_task(work, engine.process(), &defaults)?;
        tasks.push(engine.submit(task).await?);
    }
    Ok(tasks)
}

/// What a hand-over needs of tasks.
pub(super) fn ids_and_lanes(tasks: &[Arc<Task>]) -> Vec<(TaskId, Lane)> {
    tasks.iter().map(|task| (task.id(), task.new.lane.clone())).collect()
}
