//! What did a client show? A key in a header, or cookies; never anything in the address, which is written to logs.

use axum::http::{HeaderMap, StatusCode, Uri, header};

use crate::access::Secret;
use crate::server::http::Problem;

/// What a client showed.
#[derive(Debug)]
pub(super) enum Credential {
    /// `Authorization: Bearer` or `X-API-Key`.
    Key(Secret),
    /// The header of that name.
    Cookies(String),
}

/// What these headers show; a key stands above cookies.
pub(super) fn credential_of(headers: &HeaderMap) -> Result<Option<Credential>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION).or_else(|| headers.get("x-api-key")) {
        let text = value.to_str().unwrap_or_default().trim();
        let text = match text.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
            _ => text,
        };
        let key = Secret::parse(text).ok_or_else(|| {
            Problem::unknown_caller("what was sent is no key: `Authorization: Bearer otg_<id>_<secret>`")
        })?;
        return Ok(Some(Credential::Key(key)));
    }
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
    Ok(cookies.map(|cookies| Credential::Cookies(cookies.to_owned())))
}

/// Refuses a key in the address.
pub(super) fn refuse_in_address(uri: &Uri) -> Result<(), Problem> {
    const NAMES: [&str; 5] = ["api_key", "apikey", "key", "token", "access_token"];
    let query = uri.query().unwrap_or_default();
    let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    let is_named = names.any(|name| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)));
    if is_named || Secret::is_alike(query) || Secret::is_alike(uri.path()) {
        let detail =
            "a key in the address is written to logs: revoke it, and send keys as `Authorization: Bearer …`";
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    Ok(())
}
