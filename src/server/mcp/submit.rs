//! The tools that submit: they keep a task, and answer at once.

use rmcp::model::CallToolResult;

use super::answer::answer;
use super::argument::Arguments;
use super::words;
use crate::engine::SubmitOptions;
use crate::server::access::{Scope, Writer};
use crate::server::http::Problem;
use crate::server::tasks::task_with;
use crate::task::{Priority, Terms};

/// Keeps a task of a kind, whose payload is what the tool takes beside the terms of all.
pub(super) async fn submit(
    kind: &str,
    mut arguments: Arguments,
    scope: &Scope,
) -> Result<CallToolResult, Problem> {
    let Writer(scope) = &Writer::of(scope.clone())?;
    let options = options_of(&mut arguments)?;
    let kind = kind.parse().map_err(|message: String| Problem::bug(&message))?;
    let task = task_with(kind, arguments.rest(), options, scope).await?;
    let callback = scope.callback(None)?;
    let task = scope.submit_and_tell(task, callback).await?;
    answer(&task, None, words::submitted(&task), scope)
}

fn options_of(arguments: &mut Arguments) -> Result<SubmitOptions, Problem> {
    let priority = arguments.text("priority").map(|name| name.parse::<Priority>()).transpose();
    Ok(SubmitOptions {
        priority: priority.map_err(|message| Problem::field("priority", message))?.unwrap_or_default(),
        attempt_seconds: arguments.number("timeout_seconds"),
        terms: Terms {
            idempotency_key: arguments.text("idempotency_key").map(String::into_boxed_str),
            ..Terms::default()
        },
        ..SubmitOptions::default()
    })
}
