//! How do modules of the command line become tasks? All are checked before the first is stored.

use std::sync::Arc;

use super::arguments::{Request, Scheduling};
use super::describe::plural;
use super::error::CommandError;
use super::modules;
use super::output::Terminal;
use super::session::Session;
use crate::engine::{Defaults, Engine, EngineError, InvalidRequest, SubmitOptions, TestRequest};
use crate::task::{Labels, Lane, Task, TaskId, Terms, Work};

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
    scheduling: &Scheduling,
    session: &Session,
    engine: &Engine,
) -> Result<Vec<Arc<Task>>, CommandError> {
    if let Some(key) = scheduling.idempotency_key.as_deref().filter(|_| works.len() > 1) {
        return Err(CommandError::Usage {
            message: format!("--idempotency-key {key} names one task, and these are {} modules", works.len()),
            hint: "name one module, or leave the key out".to_owned(),
        });
    }
    let mut tasks = Vec::with_capacity(works.len());
    for work in works {
        match submit_one(work, scheduling, session, engine).await {
            Ok(task) => tasks.push(task),
            Err(error) => {
                // All or none: nobody was told the ids of those before.
                for task in &tasks {
                    engine.cancel(task.id()).await?;
                }
                return Err(error);
            }
        }
    }
    Ok(tasks)
}

async fn submit_one(
    work: Work,
    scheduling: &Scheduling,
    session: &Session,
    engine: &Engine,
) -> Result<Arc<Task>, CommandError> {
    let options = SubmitOptions {
        priority: scheduling.priority,
        attempt_seconds: scheduling.timeout,
        max_retries: None,
        metadata: None,
        requires: requires(scheduling)?,
        terms: Terms {
            idempotency_key: scheduling.idempotency_key.as_deref().map(Box::from),
            depends_on: scheduling.depends_on.clone(),
            run_at: scheduling.run_at,
            ..Terms::default()
        },
    };
    let defaults = Defaults::of(&session.settings, &work.kind());
    let task = options.into_task(work, engine.process(), &defaults)?;
    Ok(engine.submit(task).await?)
}

/// The labels that the tasks require.
pub(super) fn requires(scheduling: &Scheduling) -> Result<Labels, EngineError> {
    let labels = Labels::of(scheduling.requires.iter().map(String::as_str));
    Ok(labels.map_err(|reason| InvalidRequest::new("requires", reason))?)
}

/// What a hand-over needs of tasks.
pub(super) fn ids_and_lanes(tasks: &[Arc<Task>]) -> Vec<(TaskId, Lane)> {
    tasks.iter().map(|task| (task.id(), task.new.lane.clone())).collect()
}
