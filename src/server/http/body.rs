//! What may a client send? One JSON object, within limits that an error names.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt as _;
use serde_json::{Map, Value};

use super::depth::depth;
use super::problem::Problem;

/// The largest body, in bytes: 1 MiB.
const LARGEST: usize = 1024 * 1024;
/// The deepest JSON.
const DEEPEST: usize = 64;
/// How long a client may take to send its body.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of a body that is too large is read and thrown away: whoever sends it gets to read the answer then.
const THROWN_AWAY: usize = 16 * LARGEST;

/// A body of one JSON object.
#[derive(Debug)]
pub(in crate::server) struct JsonBody(pub(in crate::server) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let is_json = is_json(&parts.headers);
        let encoding = encoding_of(&parts.headers);
        let read = tokio::time::timeout(PATIENCE, read(body)).await;
        let text = read.unwrap_or_else(|_| {
            let detail = format!("the body did not arrive within {} s", PATIENCE.as_secs());
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, detail))
        })?;
        if let Some(encoding) = encoding {
            let detail =
                format!("the body is packed ({encoding}): send it as plain JSON, without `Content-Encoding`");
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        if !is_json {
            let detail = "the body is no JSON: send one object with `Content-Type: application/json`";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        parse(&text).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// In what a body is packed, if it is.
fn encoding_of(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(header::CONTENT_ENCODING)?;
    let given: String = String::from_utf8_lossy(given.as_bytes()).chars().take(64).collect();
    (!given.eq_ignore_ascii_case("identity")).then_some(given)
}

async fn read(body: Body) -> Result<Vec<u8>, Problem> {
    let mut parts = body.into_data_stream();
    let mut text = Vec::new();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body broke off"))?;
        if text.len() + part.len() > LARGEST {
            throw_away(parts).await;
            let detail = format!("the body takes more than {LARGEST} bytes (1 MiB): send less");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        text.extend_from_slice(&part);
    }
    Ok(text)
}

async fn throw_away(mut parts: BodyDataStream) {
    let mut thrown = 0;
    while thrown < THROWN_AWAY
        && let Some(Ok(part)) = parts.next().await
    {
        thrown += part.len();
    }
}

fn parse(text: &[u8]) -> Result<Map<String, Value>, Problem> {
    let refused = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let depth = depth(text);
    if depth > DEEPEST {
        return Err(refused(format!("the JSON is {depth} levels deep: at most {DEEPEST} are read")));
    }
    match serde_json::from_slice(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(refused("the body is no JSON object: send `{\"task_type\": …}`".to_owned())),
        Err(error) => Err(refused(format!("the body is not valid JSON: {error}"))),
    }
}
