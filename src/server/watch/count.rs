//! How is a request counted? By the pattern of its route, once its answer begins.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::meters::Answered;
use crate::server::access::App;

/// Counts what comes by.
pub(in crate::server) async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str).trim_end_matches('/').to_owned();
    // Anyone can send a method that nobody knows.
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let response = next.run(request).await;
    let answered = Answered { method, route, status: response.status().as_u16() };
    app.meters().answered(&answered, begin.elapsed());
    response
}
