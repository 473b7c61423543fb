//! What does the service ask for besides tasks? Counts of one user, keys, and projects.

use super::error::EngineError;
use super::facade::Engine;
use crate::access::{ApiKey, Project, ProjectId, UserName, WebhookSecret};
use crate::store::Store;
use crate::task::Tally;

impl Engine {
    /// How many tasks there are, by status and kind: of one owner (empty: of nobody), or of all.
    pub async fn tally(&self, owner: Option<Box<str>>) -> Result<Tally, EngineError> {
        Ok(self.shared.store.tally(owner).await?)
    }

    /// Keeps a fresh key.
    pub async fn keep_key(&self, key: ApiKey) -> Result<(), EngineError> {
        Ok(self.shared.store.keep_key(key).await?)
    }

    /// The key of an id, whether it holds or not.
    pub async fn api_key(&self, id: String) -> Result<Option<ApiKey>, EngineError> {
        Ok(self.shared.store.api_key(id).await?)
    }

    /// All keys, the oldest first.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, EngineError> {
        Ok(self.shared.store.api_keys().await?)
    }

    /// Gives a key a fresh secret for the signatures of its webhooks. The one before signs on beside it. Answers the key;
    /// `None` for an unknown id.
    pub async fn rotate_webhook_secret(&self, id: String) -> Result<Option<ApiKey>, EngineError> {
        let Some(key) = self.api_key(id.clone()).await? else { return Ok(None) };
        let older = key.webhooks.secrets.into_iter().take(1);
        let secrets = std::iter::once(WebhookSecret::fresh()).chain(older).collect();
        Ok(self.shared.store.keep_webhook_secrets(id, secrets).await?)
    }

    /// Revokes a key for good. Answers it; `None` for an unknown id.
    pub async fn revoke_key(&self, id: String) -> Result<Option<ApiKey>, EngineError> {
        Ok(self.shared.store.revoke_key(id).await?)
    }

    /// Keeps a project, in the place of the one that had its id.
    pub async fn keep_project(&self, project: Project) -> Result<(), EngineError> {
        Ok(self.shared.store.keep_project(project).await?)
    }

    /// The project of an id.
    pub async fn project(&self, id: ProjectId) -> Result<Option<Project>, EngineError> {
        Ok(self.shared.store.project(id).await?)
    }

    /// The projects of a member, or all, by their ids.
    pub async fn projects(&self, member: Option<UserName>) -> Result<Vec<Project>, EngineError> {
        Ok(self.shared.store.projects(member).await?)
    }

    /// Forgets a project; its files stay. Answers it; `None` for an unknown id.
    pub async fn remove_project(&self, id: ProjectId) -> Result<Option<Project>, EngineError> {
        Ok(self.shared.store.remove_project(id).await?)
    }
}
