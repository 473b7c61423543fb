//! What does a request need? Where the server answers now, and its key.

use std::fmt;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use super::folder::Keys;
use crate::agent::openhands::HttpError;

/// The way to a server.
#[derive(Clone)]
pub(in crate::agent::openhands) struct Access {
    /// Where it answers, without a slash at the end.
    pub(in crate::agent::openhands) url: String,
    /// Its key, if it asks for one.
    pub(in crate::agent::openhands) key: Option<SecretString>,
    /// What it enciphers with, if it is one of ours: never sent, and never to be shown.
    pub(in crate::agent::openhands) secret: Option<SecretString>,
}

impl Access {
    /// A server on this machine, at this port.
    pub(super) fn here(port: u16, keys: &Keys) -> Self {
        Self::of_ours(format!("http://127.0.0.1:{port}"), keys)
    }

    /// A server of ours, at this address.
    pub(super) fn of_ours(url: String, keys: &Keys) -> Self {
        Self { url, key: Some(keys.session.clone()), secret: Some(keys.secret.clone()) }
    }

    /// The key as a header that no log shows.
    pub(in crate::agent::openhands) fn header(&self) -> Result<Option<HeaderValue>, HttpError> {
        let Some(key) = &self.key else { return Ok(None) };
        let mut value = HeaderValue::from_str(key.expose_secret()).map_err(|_| {
            HttpError::Unusable("the session key has characters that no header may have".to_owned())
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Access").finish_non_exhaustive()
    }
}
