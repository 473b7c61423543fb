//! Which route is whose? Each path with and without a slash at its end, below `/api/v1` and without it.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{MethodRouter, get, post};

use super::access::{App, guard};
use super::http::{Problem, note};
use super::{events, mcp, openapi, page, projects, tasks, watch, webhooks};

/// All routes.
pub(super) fn router(app: &Arc<App>) -> Router {
    let api = api();
    let router = Router::new()
        .nest("/api/v1", api.clone())
        .merge(api)
        .route("/", get(page::show))
        .route("/mcp", post(mcp::mcp))
        .route("/mcp/", post(mcp::mcp))
        .route("/openapi.json", get(openapi::show))
        .merge(both([
            ("/healthz", get(watch::healthz)),
            ("/readyz", get(watch::readyz)),
            ("/metrics", get(watch::metrics)),
        ]));
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
    let coverage_test_sync = post(tasks::coverage_test_sync).layer(map_response(tasks::deprecate));
    let routes = both([
        ("/tasks", get(tasks::list).post(tasks::submit)),
        ("/tasks/generate-test-cases", post(tasks::generate_test_cases)),
        ("/tasks/coverage-analysis", post(tasks::coverage_analysis)),
        ("/tasks/{id}", get(tasks::show).delete(tasks::cancel)),
        ("/tasks/{id}/retry", post(tasks::retry)),
        ("/tasks/{id}/result", get(tasks::result)),
        ("/tasks/{id}/logs", get(tasks::logs)),
        ("/tasks/{id}/events", get(events::of_task)),
        ("/events", get(events::of_own)),
        ("/tasks/{id}/artifacts", get(tasks::artifacts)),
        ("/projects", get(projects::list).post(projects::add)),
        ("/projects/{id}", get(projects::show).delete(projects::remove)),
        ("/projects/{id}/artifacts", get(projects::files)),
        ("/bot/coverage-test", post(tasks::coverage_test)),
        ("/bot/coverage-test-sync", coverage_test_sync),
        ("/webhooks/deliveries", get(webhooks::list)),
        ("/webhooks/deliveries/{id}", get(webhooks::show)),
        ("/webhooks/deliveries/{id}/replay", post(webhooks::replay)),
        ("/me", get(tasks::me)),
    ]);
    // What follows is all path, a slash at the end too.
    routes
        .route("/tasks/{id}/artifacts/{*path}", get(tasks::artifact))
        .route("/projects/{id}/artifacts/{*path}", get(projects::content))
}

/// Routes with and without a slash at the end.
fn both<const N: usize>(routes: [(&str, MethodRouter<Arc<App>>); N]) -> Router<Arc<App>> {
    routes.into_iter().fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    })
}
