//! Does the service live, and does it serve?

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::server::access::App;
use crate::server::http::{Problem, ProblemBody};

/// Whether the process lives
#[utoipa::path(
    get, path = "/healthz", tag = "operation", operation_id = "healthz", security(()),
    responses((status = 200, description = "It does", body = Object)),
)]
pub(in crate::server) async fn healthz() -> Response {
    Json(json!({"status": "alive"})).into_response()
}

/// Whether tasks can be submitted and read: the store answers
#[utoipa::path(
    get, path = "/readyz", tag = "operation", operation_id = "readyz", security(()),
    responses(
        (status = 200, description = "They can", body = Object),
        (status = 503, description = "The store is away, or the service stops", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn readyz(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    if app.closing().is_cancelled() || !app.has_store().await {
        return Err(Problem::no_store());
    }
    Ok(Json(json!({"status": "ready"})).into_response())
}
