//! The tools that submit: they keep a task, and answer at once.

use std::time::Duration;

use axum::http::StatusCode;
use rmcp::model::CallToolResult;

use super::answer::answer;
use super::argument::Arguments;
use super::words;
use crate::engine::SubmitOptions;
use crate::server::access::{Scope, Writer};
use crate::server::http::Problem;
use crate::server::tasks::{digest_of, task_with};
use crate::task::{Priority, TaskId, Terms};

/// The argument under which the same request is the same task.
const KEY: &str = "idempotency_key";
/// How long to wait until a task is kept: longer only where a large project is packed, or the store hangs.
const WAIT: Duration = Duration::from_millis(800);

/// Keeps a task of a kind, whose payload is what the tool takes beside the terms of all.
pub(super) async fn submit(
    kind: &str,
    mut arguments: Arguments,
    scope: &Scope,
) -> Result<CallToolResult, Problem> {
    let Writer(scope) = &Writer::of(scope.clone())?;
    let given = arguments.all();
    let request = given.contains_key(KEY).then(|| digest_of(given));
    let options = options_of(&mut arguments, request)?;
    let kind = kind.parse().map_err(|message: String| Problem::bug(&message))?;
    let task = task_with(kind, arguments.rest(), options, scope).await?;
    let callback = scope.callback(None)?;
    let (id, own) = (task.id, scope.clone());
    match scope.detach(WAIT, async move { own.submit_and_tell(task, callback).await }).await? {
        Some(task) => answer(&task, None, words::submitted(&task), scope),
        None => Err(late(id)),
    }
}

/// A submission that goes on: whether it is kept will be seen.
fn late(id: TaskId) -> Problem {
    let detail = format!(
        "the task is not kept yet, and may be in a while: ask for {id} with get_task_status; where that is unknown, look with \
         list_tasks, and submit again with the same idempotency_key only"
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
}

fn options_of(arguments: &mut Arguments, request: Option<Box<str>>) -> Result<SubmitOptions, Problem> {
    let priority = arguments.text("priority").map(|name| name.parse::<Priority>()).transpose();
    Ok(SubmitOptions {
        priority: priority.map_err(|message| Problem::field("priority", message))?.unwrap_or_default(),
        attempt_seconds: arguments.number("timeout_seconds"),
        terms: Terms {
            idempotency_key: arguments.text(KEY).map(String::into_boxed_str),
            request,
            ..Terms::default()
        },
        ..SubmitOptions::default()
    })
}
