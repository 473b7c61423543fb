//! Where did a client leave off? In a browser's header, or in the query.

use std::str::FromStr;

use axum::http::{HeaderMap, Uri};

use crate::server::http::{Problem, query_of};

/// What a client names as the last that it was told; `what` says in words what that must be. The header stands above the
/// query, which must hold all the same.
pub(super) fn told<T: FromStr>(uri: &Uri, headers: &HeaderMap, what: &str) -> Result<Option<T>, Problem> {
    let query = query_of(uri, &["after"])?;
    let parse = |name: &'static str, text: &str| {
        text.parse().map_err(|_| {
            let text: String = text.chars().take(64).collect();
            Problem::field(name, format!("must be {what}, not {text:?}"))
        })
    };
    let after = query.get("after").map(|text| parse("after", text)).transpose()?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let last = last.filter(|text| !text.is_empty()).map(|text| parse("Last-Event-ID", text)).transpose()?;
    Ok(last.or(after))
}
