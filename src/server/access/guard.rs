//! Which requests go no further, whoever sent them?

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::app::App;
use super::credentials;
use crate::server::http::Problem;

/// Stands before all routes.
pub(in crate::server) async fn guard(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    // Whoever looks whether it lives asks by its address, and learns nothing else.
    if !["/healthz", "/readyz"].contains(&request.uri().path().trim_end_matches('/')) {
        app.hosts.check(request.uri(), request.headers())?;
    }
    credentials::refuse_in_address(request.uri())?;
    Ok(next.run(request).await)
}
