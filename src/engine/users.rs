//! What does the service ask for besides tasks? Counts of one user, and keys.

use super::error::EngineError;
use super::facade::Engine;
use crate::access::ApiKey;
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

    /// Revokes a key for good. Answers it; `None` for an unknown id.
    pub async fn revoke_key(&self, id: String) -> Result<Option<ApiKey>, EngineError> {
        Ok(self.shared.store.revoke_key(id).await?)
    }
}
