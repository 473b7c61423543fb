//! What is a webhook? Work that tells somebody of the end of a task, once it has ended, however it ended.

use serde::{Deserialize, Serialize};

use super::{Kind, Lane, TaskId};

/// "Tell this address of the end of that task."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Form", into = "Form")]
pub struct Webhook {
    /// The task whose end is told.
    pub task: TaskId,
    /// Who is told; its host is looked up and checked at each try.
    pub url: String,
    /// Whose secret signs.
    pub signer: Signer,
}

/// Whose secret signs a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// That of the key with this id, which stands in the store.
    Key(String),
    /// That of a workspace root, by its fingerprint: only who has it delivers.
    Workspace(String),
    /// That of the service that delivers: so it was before secrets had fingerprints.
    Any,
}

/// A webhook as stores keep it.
#[derive(Serialize, Deserialize)]
struct Form {
    task: TaskId,
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workspace: Option<String>,
}

impl From<Form> for Webhook {
    fn from(form: Form) -> Self {
        let Form { task, url, key, workspace } = form;
        let signer = key.map(Signer::Key).or(workspace.map(Signer::Workspace));
        Self { task, url, signer: signer.unwrap_or(Signer::Any) }
    }
}

impl From<Webhook> for Form {
    fn from(webhook: Webhook) -> Self {
        let (key, workspace) = match webhook.signer {
            Signer::Key(key) => (Some(key), None),
            Signer::Workspace(fingerprint) => (None, Some(fingerprint)),
            Signer::Any => (None, None),
        };
        Self { task: webhook.task, url: webhook.url, key, workspace }
    }
}

impl Webhook {
    /// Who delivers.
    #[must_use]
    pub fn lane(&self) -> Lane {
        match &self.signer {
            Signer::Workspace(fingerprint) => Self::lane_of(fingerprint),
            Signer::Key(_) | Signer::Any => Lane::of_kind(&Kind::Webhook),
        }
    }

    /// The lane of those who have the secret with this fingerprint.
    #[must_use]
    pub fn lane_of(fingerprint: &str) -> Lane {
        Lane::of_agent(&Kind::Webhook, fingerprint)
    }

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
