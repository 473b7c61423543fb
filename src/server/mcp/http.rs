//! `/mcp`: the protocol over HTTP, for whoever may come in. Each request stands alone: there is no session that a restart
//! could end, and nothing is streamed.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest as _, Request};
use axum::response::Response;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::Value;

use super::face::Face;
use crate::server::access::Scope;
use crate::server::http::{JsonBody, Problem, query_of};

/// Answers one message.
pub(in crate::server) async fn mcp(scope: Scope, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    query_of(&parts.uri, &[])?;
    // The limits of all bodies.
    let JsonBody(message) = JsonBody::from_request(Request::from_parts(parts.clone(), body), &()).await?;
    let request = Request::from_parts(parts, Body::from(Value::Object(message).to_string()));
    let response = service(scope).handle(request).await;
    Ok(response.map(Body::new))
}

/// Hosts and origins were checked before any route.
fn service(scope: Scope) -> StreamableHttpService<Face, NeverSessionManager> {
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    StreamableHttpService::new(move || Ok(Face::new(scope.clone())), Arc::default(), config)
}
