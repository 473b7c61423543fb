//! What does every route answer that goes no further? Said once for all of them, as they are refused before any of them.

use utoipa::Modify;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

/// The refusals that no route names itself.
pub(super) struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let is_health = ["/healthz", "/readyz"].contains(&path.as_str());
            for operation in [&mut item.get, &mut item.post, &mut item.delete].into_iter().flatten() {
                add(operation, "400", "A key in the address");
                if !is_health {
                    add(operation, "403", "A page of another site, or a name that is none of the service's");
                }
                if operation.request_body.is_some() {
                    add(operation, "408", "The body did not arrive in time");
                }
            }
        }
    }
}

/// Adds an answer, after what the route says of the same status.
fn add(operation: &mut Operation, status: &str, description: &str) {
    let known = operation.responses.responses.get_mut(status);
    if let Some(RefOr::T(response)) = known {
        response.description.push_str("; ");
        response.description.push_str(&lower(description));
        return;
    }
    operation.responses.responses.insert(status.to_owned(), RefOr::T(problem(description)));
}

fn problem(description: &str) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", body).build()
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
