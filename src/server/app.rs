//! Which route is whose? Each path with and without a slash at its end, below `/api/v1` and without it.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};

use super::access::{App, guard};
use super::http::{Problem, note};
use super::{events, openapi, page, tasks, watch, webhooks};

/// All routes.
pub(super) fn router(app: &Arc<App>) -> Router {
    let api = api();
    let router = Router::new()
        .nest("/api/v1", api.clone())
        .merge(api)
        .route("/", get(page::show))
        .route("/openapi.json", get(openapi::show))
        .route("/healthz", get(watch::healthz))
        .route("/readyz", get(watch::readyz))
        .route("/metrics", get(watch::metrics));
    router
        .fallback(async || Problem::no_route())
        .method_not_allowed_fallback(async || Problem::method())
        .layer(from_fn_with_state(Arc::clone(app), guard))
        .layer(from_fn_with_state(Arc::clone(app), watch::count))
        .layer(from_fn(note))
        .with_state(Arc::clone(app))
}

/// The routes of programs.
fn api() -> Router<Arc<App>> {
    let routes: [(&str, MethodRouter<Arc<App>>); 10] = [
        ("/tasks", get(tasks::list).post(tasks::submit)),
        ("/tasks/{id}", get(tasks::show).delete(tasks::cancel)),
        ("/tasks/{id}/retry", post(tasks::retry)),
        ("/tasks/{id}/result", get(tasks::result)),
        ("/tasks/{id}/logs", get(tasks::logs)),
        ("/tasks/{id}/events", get(events::of_task)),
        ("/webhooks/deliveries", get(webhooks::list)),
        ("/webhooks/deliveries/{id}", get(webhooks::show)),
        ("/webhooks/deliveries/{id}/replay", post(webhooks::replay)),
        ("/me", get(tasks::me)),
    ];
    routes.into_iter().fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    })
}
