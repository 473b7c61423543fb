//! What is a webhook? Work that tells somebody of the end of a task, once it has ended, however it ended.

use serde::{Deserialize, Serialize};

use super::TaskId;

/// "Tell this address of the end of that task."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// The task whose end is told.
    pub task: TaskId,
    /// Who is told; its host is looked up and checked at each try.
    pub url: String,
    /// The id of the key whose secret signs; `None` for the secret of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Webhook {
    /// The id of the message: the same at each try and each replay, so that its receiver knows one that it has.
    #[must_use]
    pub fn message(&self) -> String {
        format!("msg_{}", self.task.as_uuid().simple())
    }

    /// Whose the deliveries of a user's tasks are: nobody who submits, so that they stand in no list of tasks and
    /// take no place of the user's. Names of users have no colon.
    #[must_use]
    pub fn owner_of(user: &str) -> Box<str> {
        format!("webhooks:{user}").into()
    }
}
