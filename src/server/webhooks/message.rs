//! What is sent? The task as its owner sees it over REST: the same bytes at each try, since what has ended never changes.

use serde::Serialize;

use super::sender::Message;
use crate::access::{UserName, WebhookSecret};
use crate::engine::Finished;
use crate::kinds::Attempt;
use crate::server::tasks::{TaskView, iso};
use crate::store::{Store as _, StoreError};
use crate::task::{ErrorKind, Failure, Signer, Task, TaskStatus, Webhook};

/// The body of a webhook.
#[derive(Debug, Serialize)]
struct Body {
    r#type: &'static str,
    timestamp: Option<String>,
    data: TaskView,
}

/// The message that an attempt is to send.
pub(super) async fn message_of(
    webhook: &Webhook,
    attempt: &Attempt,
    own: &WebhookSecret,
) -> Result<Message, Failure> {
    let store = attempt.store();
    let task = store.get(webhook.task).await.map_err(away)?.ok_or_else(gone)?;
    let result = store.result(webhook.task).await.map_err(away)?;
    let secrets = match &webhook.signer {
        Signer::Workspace(_) | Signer::Any => vec![own.clone()],
        Signer::Key(id) => {
            let key = store.api_key(id.clone()).await.map_err(away)?;
            key.map(|key| key.webhooks.secrets).unwrap_or_default()
        }
    };
    if secrets.is_empty() {
        return Err(Failure::new(
            ErrorKind::Refused,
            "the key that submitted the task has no secret to sign with",
        ));
    }
    let user = if task.new.owner.is_empty() { UserName::LOCAL } else { &task.new.owner };
    let finished = Finished::new(task.clone(), result);
    let body = Body {
        r#type: type_of(&task),
        timestamp: task.completed_at.map(iso),
        data: TaskView::of(&task, Some(&finished), user),
    };
    let body = serde_json::to_vec(&body)
        .map_err(|error| Failure::new(ErrorKind::Internal, format!("the task has no JSON form: {error}")))?;
    Ok(Message { id: webhook.message(), body, secrets })
}

/// What has happened, as receivers tell messages apart.
fn type_of(task: &Task) -> &'static str {
    match task.status() {
        TaskStatus::Completed => "task.completed",
        TaskStatus::Cancelled => "task.cancelled",
        _ => "task.failed",
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn away(error: StoreError) -> Failure {
    Failure::new(ErrorKind::Transient, format!("the store of the tasks does not answer: {error}"))
}

fn gone() -> Failure {
    Failure::new(
        ErrorKind::Expired,
        "the task was removed after its retention before anyone took the message",
    )
}
