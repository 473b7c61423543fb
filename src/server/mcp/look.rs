//! `get_task_status` and `get_task_result`: where a task stands, and what it left. Neither waits for it.

use std::sync::Arc;

use rmcp::model::CallToolResult;

use super::answer::answer;
use super::argument::Arguments;
use super::words;
use crate::server::access::Scope;
use crate::server::http::Problem;
use crate::task::Task;

/// Where a task stands.
pub(super) async fn status(arguments: Arguments, scope: &Scope) -> Result<CallToolResult, Problem> {
    let task = named(arguments, scope).await?;
    answer(&task, None, words::standing(&task), scope)
}

/// What a task left; of one that goes on, where it stands.
pub(super) async fn result(arguments: Arguments, scope: &Scope) -> Result<CallToolResult, Problem> {
    let task = named(arguments, scope).await?;
    match scope.finished(&task).await? {
        Some(finished) => answer(&finished.task, Some(&finished), words::left(&finished), scope),
        None => answer(&task, None, words::standing(&task), scope),
    }
}

/// The task that the arguments name. What cannot be an id is that of no task.
pub(super) async fn named(mut arguments: Arguments, scope: &Scope) -> Result<Arc<Task>, Problem> {
    let text = arguments.text("task_id").unwrap_or_default();
    let id = text.trim().parse().map_err(|_| Problem::no_task(&text))?;
    scope.task(id).await
}
