//! What is kept of a key? Whose it is, what it allows, until when, and a digest of its secret.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{KeyWebhooks, Role, Secret, UserName, WebhookSecret};

/// A key of the service, as its store has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// The public half.
    pub id: String,
    /// The user that whoever has it stands for.
    pub user: UserName,
    /// What it allows.
    pub role: Role,
    /// What people call it; may be empty.
    pub label: String,
    /// Of its secret.
    #[serde(skip)]
    pub digest: Digest,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends to hold; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Who is told of the end of its tasks.
    #[serde(flatten)]
    pub webhooks: KeyWebhooks,
}

/// The SHA-256 of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl Digest {
    /// Whether both are the same, in a time that does not tell how much of them is.
    fn is(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).fold(0, |difference, (ours, theirs)| difference | (ours ^ theirs)) == 0
    }
}

impl ApiKey {
    /// What is kept of a fresh key.
    #[must_use]
    pub fn of(secret: &Secret, user: UserName, role: Role, created_at: DateTime<Utc>) -> Self {
        Self {
            id: secret.id().to_owned(),
            user,
            role,
            label: String::new(),
            digest: secret.digest(),
            created_at,
            expires_at: None,
            revoked_at: None,
            webhooks: KeyWebhooks { callback_url: None, secrets: vec![WebhookSecret::fresh()] },
        }
    }

    /// Whether what was shown is this key, and holds now.
    #[must_use]
    pub fn admits(&self, shown: &Secret, now: DateTime<Utc>) -> bool {
        self.digest.is(&shown.digest()) && self.holds(now)
    }

    /// Whether it has neither expired nor been revoked.
    #[must_use]
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_key_holds_until_it_expires_or_is_revoked() {
        let (secret, now) = (Secret::fresh(), Utc::now());
        let key = ApiKey::of(&secret, "ada".parse().unwrap(), Role::User, now);
        assert!(key.admits(&secret, now) && !key.admits(&Secret::fresh(), now));

        let expired = ApiKey { expires_at: Some(now), ..key.clone() };
        assert!(!expired.admits(&secret, now) && expired.admits(&secret, now - TimeDelta::seconds(1)));
        assert!(!ApiKey { revoked_at: Some(now), ..key }.admits(&secret, now));
    }
}
