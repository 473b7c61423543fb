//! What is known of an agent server? Where it is, its key, the model that works there, how files get there.

use std::fmt;

use secrecy::SecretString;

use super::{BreakerTerms, Patience};
use crate::config::{FilesChoice, Llm, Settings, without_password};
use crate::redact::Redactor;

/// One agent server and the model that works there.
#[derive(Clone)]
pub struct ServerOptions {
    /// Where it answers, without a slash at the end.
    pub url: String,
    /// Its key, if it asks for one.
    pub session_key: Option<SecretString>,
    /// The model, its key and its address.
    pub llm: Llm,
    /// How the server gets at the project's copy.
    pub files: FilesChoice,
    /// How long it is waited for.
    pub patience: Patience,
    /// When its provider is left alone for a while.
    pub breaker: Option<BreakerTerms>,
}

impl ServerOptions {
    /// The server of these settings, if there is one.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Self> {
        Some(Self {
            url: settings.server_url.as_deref()?.trim_end_matches('/').to_owned(),
            session_key: settings.session_api_key.clone(),
            llm: settings.llm(),
            files: settings.server_files,
            patience: Patience::default(),
            breaker: BreakerTerms::of(settings),
        })
    }

    /// The address as it may be shown and stored.
    #[must_use]
    pub fn address(&self) -> String {
        without_password(&self.url).into_owned()
    }

    /// What takes its keys out of texts.
    #[must_use]
    pub fn redactor(&self) -> Redactor {
        Redactor::new(self.session_key.iter().chain(&self.llm.api_key))
    }

    /// Whether the server sees our folders under the same path.
    #[must_use]
    pub(super) fn shares_files(&self) -> bool {
        match self.files {
            FilesChoice::Shared => true,
            FilesChoice::Upload => false,
            FilesChoice::Auto => reqwest::Url::parse(&self.url).is_ok_and(|url| {
                let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
                let address = host.parse::<std::net::IpAddr>();
                host == "localhost" || address.is_ok_and(|address| address.is_loopback())
            }),
        }
    }
}

impl fmt::Debug for ServerOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServerOptions").field("llm", &self.llm).finish_non_exhaustive()
    }
}
