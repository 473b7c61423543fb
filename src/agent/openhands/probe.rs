//! Is a server there, and does it take our key? For `doctor`.

use std::sync::Arc;

use serde::de::IgnoredAny;

use super::ServerOptions;
use super::conversation::ServerInfo;
use super::error::HttpError;
use super::host::Host;
use super::http::Http;
use super::redaction::redactor;
use crate::task::Failure;

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerReport {
    /// Its version.
    pub version: String,
    /// Whether a conversation that is made twice under one id is one conversation.
    pub makes_once: bool,
}

/// Asks a server that somebody runs once who it is and whether it takes our key.
pub async fn probe(options: &ServerOptions) -> Result<ServerReport, Failure> {
    let host = Arc::new(Host::new(options));
    let asked = async {
        let http = Http::new(Arc::clone(&host), options)?;
        let info = ServerInfo::ask(&http).await?;
        let _: IgnoredAny = http.get("/api/conversations/count").await?;
        Ok::<_, HttpError>(ServerReport { makes_once: info.makes_once(), version: info.version })
    };
    let redactor = redactor(&host, options);
    asked.await.map_err(|error| redactor.failure(error.into_failure(options)))
}
