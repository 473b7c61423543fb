//! `GET /openapi.json`: every route for programs, as `OpenAPI` 3.1.

use axum::Json;
use axum::http::Uri;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Document, SecurityRequirement};
use utoipa::{Modify, OpenApi};

use super::http::{Problem, query_of};
use super::{events, tasks, watch, webhooks};

/// Names the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "openhands-testgen",
        description = "Tasks over HTTP: verified unit tests from AI coding agents, and your own kinds of work. Every \
                       path below `/api/v1` answers without that prefix too, and with a slash at its end."
    ),
    paths(
        tasks::submit, tasks::list, tasks::show, tasks::cancel, tasks::retry, tasks::result, tasks::logs, tasks::me,
        webhooks::list, webhooks::show, webhooks::replay,
        events::of_task, watch::healthz, watch::readyz, watch::metrics,
    ),
    modifiers(&Entry),
)]
struct Routes;

/// How to come in.
struct Entry;

impl Modify for Entry {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key, or the token of the file `service.token`"))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let header = ApiKeyValue::with_description("X-API-Key", "The same in a header of its own");
        components.add_security_scheme("header", SecurityScheme::ApiKey(ApiKey::Header(header)));
        let none: [&str; 0] = [];
        document.security =
            Some(vec![SecurityRequirement::new("bearer", none), SecurityRequirement::new("header", none)]);
    }
}

/// The document, the same for all services of this release.
#[must_use]
pub fn document() -> String {
    let text = Routes::openapi().to_pretty_json();
    // invariant: what the derive makes has a JSON form; a test compares it with the committed one.
    text.unwrap_or_default()
}

/// The document.
pub(super) async fn show(uri: Uri) -> Result<Json<Document>, Problem> {
    query_of(&uri, &[])?;
    Ok(Json(Routes::openapi()))
}
