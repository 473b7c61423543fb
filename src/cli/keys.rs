//! `keys`: who may use the service.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::arguments::{CreateKey, Json, Keys, NAME};
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD, Terminal};
use super::session::Session;
use crate::access::{ApiKey, KeyWebhooks, Secret, WebhookSecret};
use crate::engine::Engine;
use crate::server::check_callback;
use crate::store::StoreLocation;

/// The longest label, in bytes.
const LONGEST_LABEL: usize = 200;

/// `keys …`.
pub(super) async fn run(
    command: &Keys,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    if session.location == StoreLocation::Memory {
        return Err(CommandError::Usage {
            message: "the store `memory:` ends with this process, and its keys with it".to_owned(),
            hint: "name the store of the service: `--store sqlite:PATH`".to_owned(),
        });
    }
    let engine = session.open_without_workers().await?;
    let outcome = match command {
        Keys::Create(command) => create(command, session, &engine, terminal).await,
        Keys::List(format) => list(*format, &engine, terminal).await,
        Keys::WebhookSecret { id } => rotate(id, &engine, terminal).await,
        Keys::Revoke { id } => revoke(id, &engine, terminal).await,
    };
    engine.stop(Duration::ZERO).await;
    outcome
}

/// The document of `keys create --json`.
#[derive(Debug, Serialize)]
struct Created<'a> {
    key: String,
    webhook_secret: Option<String>,
    #[serde(flatten)]
    kept: &'a ApiKey,
}

async fn create(
    command: &CreateKey,
    session: &Session,
    engine: &Engine,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    if command.label.len() > LONGEST_LABEL || command.label.chars().any(char::is_control) {
        return Err(CommandError::Usage {
            message: format!("--label {:?} is no label", command.label),
            hint: format!("use one line of at most {LONGEST_LABEL} bytes"),
        });
    }
    if let Some(url) = &command.callback_url {
        check_callback(url, &session.settings.webhook_networks()).map_err(|reason| CommandError::Usage {
            message: format!("--callback-url {url:?} {reason}"),
            hint: "name an address of the web that others can reach, or allow its network: \
                   OPENHANDS_WEBHOOK_NETWORKS=10.1.0.0/16"
                .to_owned(),
        })?;
    }
    let (secret, now) = (Secret::fresh(), Utc::now());
    let fresh = ApiKey::of(&secret, command.user.clone(), command.role, now);
    let key = ApiKey {
        label: command.label.clone(),
        expires_at: Some(now + TimeDelta::days(command.days)),
        webhooks: KeyWebhooks { callback_url: command.callback_url.clone(), ..fresh.webhooks.clone() },
        ..fresh
    };
    engine.keep_key(key.clone()).await?;
    let webhook_secret = key.webhooks.secrets.first().map(WebhookSecret::reveal);
    if command.format.json {
        output::print_json(&Created { key: secret.reveal(), webhook_secret, kept: &key })?;
    } else {
        output::print(secret.reveal())?;
        terminal.note(format_args!(
            "a key of {} with the role {}, for {} days; it is shown this once, and `{NAME} keys revoke {}` ends it",
            key.user, key.role, command.days, key.id
        ));
        if command.callback_url.is_some() {
            terminal
                .note(format_args!("its webhooks are signed with {}", webhook_secret.unwrap_or_default()));
        }
    }
    Ok(Exit::Done)
}

async fn list(format: Json, engine: &Engine, terminal: &Terminal) -> Result<Exit, CommandError> {
    let keys = engine.api_keys().await?;
    if format.json {
        output::print_json(&keys)?;
    } else if keys.is_empty() {
        terminal.note(format_args!("no keys: `{NAME} keys create USER` makes one"));
    } else {
        output::print(table(&keys, Utc::now()))?;
    }
    Ok(Exit::Done)
}

fn table(keys: &[ApiKey], now: DateTime<Utc>) -> String {
    let width = keys.iter().map(|key| key.user.as_str().len()).max().unwrap_or_default().max(4);
    let head = format!(
        "{BOLD}{:<12}  {:<width$}  {:<9}  {:<20}  LABEL{BOLD:#}",
        "ID", "USER", "ROLE", "HOLDS UNTIL"
    );
    let rows = keys.iter().map(|key| {
        let until = match (key.revoked_at, key.expires_at) {
            (Some(_), _) => "revoked".to_owned(),
            (None, Some(end)) if end <= now => "expired".to_owned(),
            (None, Some(end)) => end.format("%Y-%m-%d %H:%M UTC").to_string(),
            (None, None) => "for ever".to_owned(),
        };
        format!(
            "{:<12}  {:<width$}  {:<9}  {until:<20}  {}",
            key.id,
            key.user.as_str(),
            key.role.as_str(),
            key.label
        )
    });
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

async fn rotate(id: &str, engine: &Engine, terminal: &Terminal) -> Result<Exit, CommandError> {
    let key = engine.rotate_webhook_secret(bare_id(id)).await?.ok_or_else(|| no_key(id))?;
    output::print(key.webhooks.secrets.first().map(WebhookSecret::reveal).unwrap_or_default())?;
    terminal.note(format_args!(
        "webhooks of the key {} of {} are signed with this, and with the secret before until there is another",
        key.id, key.user
    ));
    Ok(Exit::Done)
}

/// Someone may have the whole key at hand.
fn bare_id(id: &str) -> String {
    Secret::parse(id).map_or_else(|| id.to_owned(), |secret| secret.id().to_owned())
}

fn no_key(id: &str) -> CommandError {
    // It may be most of a secret.
    let shown: String = id.chars().take(16).collect();
    CommandError::Usage {
        message: format!("no key has the id {shown:?}"),
        hint: format!("`{NAME} keys list` shows all there are"),
    }
}

async fn revoke(id: &str, engine: &Engine, terminal: &Terminal) -> Result<Exit, CommandError> {
    match engine.revoke_key(bare_id(id)).await? {
        Some(key) => {
            terminal.note(format_args!("the key {} of {} is revoked", key.id, key.user));
            Ok(Exit::Done)
        }
        None => Err(no_key(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;

    #[test]
    fn a_key_that_holds_no_more_says_why() {
        let now = DateTime::from_timestamp(1_000_000_000, 0).unwrap();
        let key = ApiKey::of(&Secret::fresh(), "ada".parse().unwrap(), Role::ReadOnly, now);
        let expired = ApiKey { expires_at: Some(now), ..key.clone() };
        let revoked = ApiKey { revoked_at: Some(now), ..expired.clone() };
        let good = ApiKey { expires_at: Some(now + TimeDelta::days(1)), ..key };
        let table = table(&[good, expired, revoked], now);
        let rows: Vec<&str> = table.lines().skip(1).collect();
        assert!(rows[0].contains("2001-09-10 01:46 UTC") && rows[0].contains("read_only"), "{table}");
        assert!(rows[1].contains("expired") && rows[2].contains("revoked"), "{table}");
    }
}
