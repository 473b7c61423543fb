//! `GET /openapi.json`: every route for programs, as `OpenAPI` 3.1.

mod parameters;
mod refusals;

use axum::Json;
use axum::http::Uri;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Deprecated, OpenApi as Document, SecurityRequirement};
use utoipa::{Modify, OpenApi};

use self::parameters::Parameters;
use self::refusals::Refusals;
use super::http::{Problem, query_of};
use super::{events, projects, tasks, watch, webhooks};

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
        tasks::generate_test_cases, tasks::coverage_analysis, tasks::coverage_test, tasks::coverage_test_sync,
        tasks::artifacts, tasks::artifact, projects::list, projects::add, projects::show, projects::remove, projects::files, projects::content,
        webhooks::list, webhooks::show, webhooks::replay,
        events::of_task, events::of_own, watch::healthz, watch::readyz, watch::metrics,
    ),
    modifiers(&Entry, &Deprecation, &Refusals, &Parameters),
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

/// What is not to be used any more. (The attribute of the language would warn of our own use.)
struct Deprecation;

impl Modify for Deprecation {
    fn modify(&self, document: &mut Document) {
        let route = document.paths.paths.get_mut("/api/v1/bot/coverage-test-sync");
        if let Some(operation) = route.and_then(|route| route.post.as_mut()) {
            operation.deprecated = Some(Deprecated::True);
        }
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
