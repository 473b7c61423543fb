//! What must never be shown? The key of the model, those of the server as it is now, and what stands before the host of
//! an address.

use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::SecretString;

use super::ServerOptions;
use super::host::{Host, HostOptions};
use crate::redact::Redactor;

/// What takes these keys out of texts.
pub(super) fn redactor(host: &Host, options: &ServerOptions) -> Redactor {
    let keys = host.access().map(|access| [access.key, access.secret]).unwrap_or_default();
    with_keys(&keys, options)
}

/// The same for a server that has not answered yet.
pub(super) fn redactor_of_settings(options: &ServerOptions) -> Redactor {
    with_keys(&[], options)
}

fn with_keys(keys: &[Option<SecretString>], options: &ServerOptions) -> Redactor {
    let server = match &options.host {
        HostOptions::Given(given) => Some(given.url.as_str()),
        HostOptions::Own(_) | HostOptions::Docker(_) => None,
    };
    let addresses = options.llm.base_url.as_deref().into_iter().chain(server);
    let passwords: Vec<SecretString> = addresses.filter_map(password).flatten().collect();
    Redactor::new(keys.iter().flatten().chain(&options.llm.api_key).chain(&passwords))
}

/// The password of an address, else the name that may stand there for a key: as it is written and as it is meant.
fn password(address: &str) -> Option<[SecretString; 2]> {
    let url = Url::parse(address).ok()?;
    let written = url.password().unwrap_or(url.username());
    let meant = percent_decode_str(written).decode_utf8_lossy();
    Some([written.to_owned(), meant.into_owned()].map(SecretString::from))
}
