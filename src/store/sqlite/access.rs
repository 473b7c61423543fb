//! The keys of the service: made, looked up and revoked.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::operation::Operation;
use super::reader::Reader;
use super::rows;
use super::session::Session;
use crate::access::{ApiKey, Digest, KeyWebhooks, WebhookSecret};
use crate::store::StoreError;

/// Keeps a key.
pub(super) struct KeepKey {
    pub(super) key: ApiKey,
}

impl Operation for KeepKey {
    type Answer = ();

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const KEEP: &str = "INSERT INTO api_key \
             (id, owner, role, digest, label, created_at, expires_at, revoked_at, callback_url, webhook_secrets) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let ApiKey { id, user, role, label, digest, created_at, expires_at, revoked_at, webhooks } =
            self.key.clone();
        let statement = sqlx::query(KEEP)
            .bind(id)
            .bind(user.as_str().to_owned())
            .bind(role.as_str())
            .bind(digest.0.to_vec())
            .bind(label)
            .bind(rows::write_time(created_at))
            .bind(expires_at.map(rows::write_time))
            .bind(revoked_at.map(rows::write_time))
            .bind(webhooks.callback_url)
            .bind(WebhookSecret::write_all(&webhooks.secrets));
        session.execute(statement).await.map(drop)
    }
}

/// Revokes a key, once.
pub(super) struct RevokeKey {
    pub(super) id: String,
}

impl Operation for RevokeKey {
    type Answer = ();

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const REVOKE: &str = "UPDATE api_key SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
        let now = rows::write_time(session.now());
        session.execute(sqlx::query(REVOKE).bind(self.id.clone()).bind(now)).await.map(drop)
    }
}

/// Gives a key other secrets for the signatures of its webhooks.
pub(super) struct KeepWebhookSecrets {
    pub(super) id: String,
    pub(super) secrets: Vec<WebhookSecret>,
}

impl Operation for KeepWebhookSecrets {
    type Answer = ();

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const KEEP: &str = "UPDATE api_key SET webhook_secrets = ?2 WHERE id = ?1";
        let secrets = WebhookSecret::write_all(&self.secrets);
        session.execute(sqlx::query(KEEP).bind(self.id.clone()).bind(secrets)).await.map(drop)
    }
}

impl Reader {
    /// The key of an id.
    pub(super) async fn api_key(&self, id: String) -> Result<Option<ApiKey>, StoreError> {
        const ONE: &str = "SELECT id, owner, role, digest, label, created_at, expires_at, revoked_at, callback_url, webhook_secrets \
             FROM api_key WHERE id = ?1";
        let found = sqlx::query(ONE).bind(id).fetch_optional(&*self.pool().await).await?;
        found.as_ref().map(read_key).transpose()
    }

    /// All keys, the oldest first.
    pub(super) async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        const ALL: &str = "SELECT id, owner, role, digest, label, created_at, expires_at, revoked_at, callback_url, webhook_secrets \
             FROM api_key ORDER BY created_at, id";
        let found = sqlx::query(ALL).fetch_all(&*self.pool().await).await?;
        found.iter().map(read_key).collect()
    }
}

fn read_key(row: &SqliteRow) -> Result<ApiKey, StoreError> {
    let digest: Vec<u8> = row.try_get(3)?;
    let digest = digest.try_into().map_err(|_| StoreError::Corrupt("the digest of a key".to_owned()))?;
    let time = |microseconds: Option<i64>| -> Option<DateTime<Utc>> { microseconds.map(rows::read_time) };
    Ok(ApiKey {
        id: row.try_get(0)?,
        user: row.try_get::<&str, _>(1)?.parse().map_err(StoreError::Corrupt)?,
        role: row.try_get::<&str, _>(2)?.parse().map_err(StoreError::Corrupt)?,
        digest: Digest(digest),
        label: row.try_get(4)?,
        created_at: rows::read_time(row.try_get(5)?),
        expires_at: time(row.try_get(6)?),
        revoked_at: time(row.try_get(7)?),
        webhooks: KeyWebhooks {
            callback_url: row.try_get(8)?,
            secrets: WebhookSecret::read_all(row.try_get(9)?)
                .ok_or_else(|| StoreError::Corrupt("the webhook secret of a key".to_owned()))?,
        },
    })
}
