//! Who is asking? A user with a role, known by a key, or the one user of this machine.

use std::sync::Arc;

use axum::http::request::Parts;
use chrono::Utc;

use super::app::App;
use super::cookie;
use super::credentials::{Credential, credential_of};
use crate::access::{ApiKey, Role, Secret, UserName};
use crate::server::http::Problem;
use crate::server::options::Entry;

/// A user who may come in.
#[derive(Debug, Clone)]
pub(in crate::server) struct Caller {
    /// What their tasks carry; empty for the one user of this machine.
    pub(in crate::server) owner: Box<str>,
    pub(in crate::server) role: Role,
    /// The key that they came in by.
    pub(super) key: Option<String>,
    /// Where their tasks are told that name nobody themselves.
    pub(super) callback_url: Option<String>,
    /// Whether there is a secret to sign their webhooks with.
    pub(super) may_sign: bool,
}

impl Caller {
    /// The one user of this machine, to whom everything belongs that no key submitted.
    pub(super) fn local() -> Self {
        Self { owner: Box::default(), role: Role::Admin, key: None, callback_url: None, may_sign: true }
    }

    fn of(key: &ApiKey) -> Self {
        Self {
            owner: key.user.as_str().into(),
            role: key.role,
            key: Some(key.id.clone()),
            callback_url: key.webhooks.callback_url.clone(),
            may_sign: !key.webhooks.secrets.is_empty(),
        }
    }

    /// Who sent this request.
    pub(super) async fn of_request(parts: &Parts, app: &Arc<App>) -> Result<Self, Problem> {
        match credential_of(&parts.headers)? {
            Some(Credential::Key(shown)) => Self::of_key(&shown, app).await,
            Some(Credential::Cookies(cookies)) if cookie::admits(&cookies, app) => Ok(Self::local()),
            _ => Err(Problem::unknown_caller(how_to_come_in(app))),
        }
    }

    /// Expired, revoked, unknown or wrong: whoever has none that holds learns no more.
    async fn of_key(shown: &Secret, app: &App) -> Result<Self, Problem> {
        if let Entry::Local(token) = &app.entry
            && token.id() == shown.id()
            && token.digest() == shown.digest()
        {
            return Ok(Self::local());
        }
        let key = app.engine.api_key(shown.id().to_owned()).await?;
        match key.filter(|key| key.admits(shown, Utc::now())) {
            Some(key) => Ok(Self::of(&key)),
            None => Err(Problem::unknown_caller("the key is unknown, expired or revoked: ask for another")),
        }
    }

    /// Whether they may still be served; looked at again and again by what goes on for long.
    pub(super) async fn is_still_admitted(&self, app: &App) -> bool {
        let Some(id) = &self.key else { return true };
        match app.engine.api_key(id.clone()).await {
            Ok(key) => key.is_some_and(|key| key.holds(Utc::now())),
            // Gone for a moment: that is no reason to send anyone away.
            Err(_) => true,
        }
    }

    /// Whether they are the one user of this machine, who works for nobody else.
    pub(in crate::server) fn is_alone(&self) -> bool {
        self.owner.is_empty()
    }

    /// What others call them.
    pub(in crate::server) fn name(&self) -> &str {
        if self.is_alone() { UserName::LOCAL } else { &self.owner }
    }
}

fn how_to_come_in(app: &App) -> &'static str {
    match app.entry {
        Entry::Keys => {
            "send a key: `Authorization: Bearer otg_…` (made by `openhands-testgen keys create USER`)"
        }
        Entry::Local(_) => {
            "send the token of the file `service.token` in the workspace root, or a key: `Authorization: Bearer \
             otg_…`; browsers open `/` first"
        }
    }
}
