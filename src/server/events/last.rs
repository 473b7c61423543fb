//! Where did a client leave off? In a browser's header, or in the query.

use std::str::FromStr;

use axum::http::{HeaderMap, Uri};

use crate::server::http::{Problem, query_of};

/// What a client names as the last that it was told; `what` says in words what that must be.
pub(super) fn told<T: FromStr>(uri: &Uri, headers: &HeaderMap, what: &str) -> Result<Option<T>, Problem> {
    let query = query_of(uri, &["after"])?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let (name, text) = match (last.filter(|text| !text.is_empty()), query.get("after")) {
        (Some(text), _) => ("Last-Event-ID", text),
        (None, Some(text)) => ("after", text.as_str()),
        (None, None) => return Ok(None),
    };
    text.parse().map(Some).map_err(|_| {
        let text: String = text.chars().take(64).collect();
        Problem::field(name, format!("must be {what}, not {text:?}"))
    })
}
