//! Where does an agent work, and what becomes of that when an attempt ends? What lives on a server goes on with the
//! task, or is ended with it.

use std::sync::Arc;

use super::Attempt;
use crate::agent::Agent;
use crate::sandbox::{Attempt as Workspaces, Project};
use crate::task::{Context, ErrorKind, Failure};

/// The name of the folder that is kept from one attempt to the next.
pub(super) fn desk_name(attempt: &Attempt) -> String {
    format!("{}.agent", attempt.task.id())
}

/// Whether another attempt goes on with what of the task lives on a server: the process ends, or a bad moment of a
/// server or provider may pass.
pub(super) fn goes_on<T>(attempt: &Attempt, outcome: &Result<T, Failure>) -> bool {
    match (attempt.stop_reason(), outcome) {
        (_, Ok(_)) => false,
        _ if attempt.session().is_none() => false,
        (Some(reason), Err(_)) => reason.is_followed(),
        (None, Err(failure)) => {
            matches!(failure.kind, ErrorKind::Transient | ErrorKind::RateLimit)
                && attempt.task.has_retries_left()
        }
    }
}

/// Ends what of the task lives on a server, and takes away where its agent worked.
pub(super) async fn release_all(agent: &dyn Agent, attempt: &Attempt, context: &Context) {
    agent.release(attempt).await;
    if !agent.keeps_workspace() {
        return;
    }
    let cleared = match Project::open(&context.project_root, &context.workspace_root) {
        Ok(project) => Workspaces::clear(&Arc::new(project), &desk_name(attempt)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = cleared {
        tracing::warn!(task = %attempt.task.id(), %error, "the workspace of an agent is left behind");
    }
}
