//! `cancel_task`: ends a task. What takes long to die is not waited for.

use std::time::Duration;

use rmcp::model::CallToolResult;

use super::answer::answer;
use super::argument::Arguments;
use super::look::named;
use super::words;
use crate::server::access::{Scope, Writer};
use crate::server::http::Problem;
use crate::server::tasks::refuse_ended;

/// How long to wait for what runs to be dead, which it is at once as a rule.
const WAIT: Duration = Duration::from_millis(400);

/// Cancels a task.
pub(super) async fn cancel(arguments: Arguments, scope: &Scope) -> Result<CallToolResult, Problem> {
    let Writer(scope) = Writer::of(scope.clone())?;
    let task = named(arguments, &scope).await?;
    refuse_ended(&task)?;
    let (id, own) = (task.id(), scope.clone());
    // It goes on where nobody waits for it any more.
    let cancelling = tokio::spawn(async move { own.cancel(id).await });
    let task = match tokio::time::timeout(WAIT, cancelling).await {
        Ok(Ok(outcome)) => outcome?,
        Ok(Err(error)) => return Err(Problem::bug(&error.to_string())),
        Err(_) => scope.task(id).await?,
    };
    answer(&task, None, words::cancelled(&task), &scope)
}
