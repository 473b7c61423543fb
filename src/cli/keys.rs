//! `keys`: who may use the service.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::arguments::{CreateKey, Json, Keys, NAME};
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD, Terminal};
use super::session::Session;
use crate::access::{ApiKey, Secret};
use crate::engine::Engine;
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
        Keys::Create(command) => create(command, &engine, terminal).await,
        Keys::List(format) => list(*format, &engine, terminal).await,
        Keys::Revoke { id } => revoke(id, &engine, terminal).await,
    };
    engine.stop(Duration::ZERO).await;
    outcome
}

/// The document of `keys create --json`.
#[derive(Debug, Serialize)]
struct Created<'a> {
    key: String,
    #[serde(flatten)]
    kept: &'a ApiKey,
}

async fn create(command: &CreateKey, engine: &Engine, terminal: &Terminal) -> Result<Exit, CommandError> {
    if command.label.len() > LONGEST_LABEL || command.label.chars().any(char::is_control) {
        return Err(CommandError::Usage {
            message: format!("--label {:?} is no label", command.label),
            hint: format!("use one line of at most {LONGEST_LABEL} bytes"),
        });
    }
    let (secret, now) = (Secret::fresh(), Utc::now());
    let key = ApiKey {
        label: command.label.clone(),
        expires_at: Some(now + TimeDelta::days(command.days)),
        ..ApiKey::of(&secret, command.user.clone(), command.role, now)
    };
    engine.keep_key(key.clone()).await?;
    if command.format.json {
        output::print_json(&Created { key: secret.reveal(), kept: &key })?;
    } else {
        output::print(secret.reveal())?;
        terminal.note(format_args!(
            "a key of {} with the role {}, for {} days; it is shown this once, and `{NAME} keys revoke {}` ends it",
            key.user, key.role, command.days, key.id
        ));
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

async fn revoke(id: &str, engine: &Engine, terminal: &Terminal) -> Result<Exit, CommandError> {
    // Someone may have the whole key at hand.
    let bare = Secret::parse(id).map_or_else(|| id.to_owned(), |secret| secret.id().to_owned());
    match engine.revoke_key(bare).await? {
        Some(key) => {
            terminal.note(format_args!("the key {} of {} is revoked", key.id, key.user));
            Ok(Exit::Done)
        }
        None => Err(CommandError::Usage {
            message: "no key has this id".to_owned(),
            hint: format!("`{NAME} keys list` shows all there are"),
        }),
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
