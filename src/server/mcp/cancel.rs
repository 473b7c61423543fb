//! `cancel_task`: ends a task. What takes long to die is not waited for.

use std::sync::Arc;
use std::time::Duration;

use rmcp::model::CallToolResult;

use super::answer::answer;
use super::argument::Arguments;
use super::look::named;
use super::words;
use crate::server::access::{Scope, Writer};
use crate::server::http::Problem;
use crate::server::tasks::refuse_ended;
use crate::task::Task;

/// How long to wait for what runs to be dead, which it is at once as a rule.
const WAIT: Duration = Duration::from_millis(400);

/// Cancels a task.
pub(super) async fn cancel(arguments: Arguments, scope: &Scope) -> Result<CallToolResult, Problem> {
    let Writer(scope) = Writer::of(scope.clone())?;
    let task = named(arguments, &scope).await?;
    refuse_ended(&task)?;
    let (id, own) = (task.id(), scope.clone());
    let task = match scope.detach(WAIT, async move { own.cancel(id).await }).await? {
        Some(task) => task,
        None => asked_for(scope.task(id).await?)?,
    };
    answer(&task, None, words::cancelled(&task), &scope)
}

/// A task whose end has been asked for, or has come.
fn asked_for(task: Arc<Task>) -> Result<Arc<Task>, Problem> {
    if task.cancel_requested || task.status().is_final() { Ok(task) } else { Err(Problem::no_store()) }
}
