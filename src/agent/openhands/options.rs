//! What is known of an agent server? Who keeps it up, the model that works there, how files get there.

use std::fmt;

use super::host::{GivenServer, HostOptions};
use super::{BreakerTerms, Patience};
use crate::config::{FilesChoice, Llm, Settings};
use crate::sandbox::ProbeDir;

/// One agent server and the model that works there.
#[derive(Clone)]
pub struct ServerOptions {
    /// Who keeps it up.
    pub host: HostOptions,
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
    /// The servers that these settings may work with, one for each agent: nothing where no real agent may be used, or
    /// its model lacks something.
    #[must_use]
    pub fn all_of(settings: &Settings, probe: &ProbeDir) -> Vec<Self> {
        if !settings.enable_real_agent || !settings.llm().is_complete(settings) {
            return Vec::new();
        }
        let hosts = [HostOptions::server(settings, probe), HostOptions::docker(settings)];
        hosts.into_iter().flatten().map(|host| Self::with(host, settings)).collect()
    }

    /// The server that somebody runs, if these settings name one.
    #[must_use]
    pub fn given(settings: &Settings) -> Option<Self> {
        let given = GivenServer::of(settings)?;
        Some(Self::with(HostOptions::Given(given), settings))
    }

    fn with(host: HostOptions, settings: &Settings) -> Self {
        Self {
            host,
            llm: settings.llm(),
            files: settings.server_files,
            patience: Patience::default(),
            breaker: BreakerTerms::of(settings),
        }
    }

    /// The name of the agent that works there.
    #[must_use]
    pub fn agent(&self) -> &'static str {
        self.host.agent()
    }

    /// The server as it may be shown and stored.
    #[must_use]
    pub fn address(&self) -> String {
        self.host.name()
    }

    /// Whether the server sees our folders under the same path.
    #[must_use]
    pub(super) fn shares_files(&self) -> bool {
        // One of ours sees nothing but what it is for.
        let HostOptions::Given(given) = &self.host else { return false };
        match self.files {
            FilesChoice::Shared => true,
            FilesChoice::Upload => false,
            FilesChoice::Auto => given.is_on_this_machine(),
        }
    }
}

impl fmt::Debug for ServerOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServerOptions").field("llm", &self.llm).finish_non_exhaustive()
    }
}
