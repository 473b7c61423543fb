//! What do all routes answer that goes no further? Said once for all of them: what each refuses besides, it says itself.

use utoipa::Modify;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

/// Where a body is read.
const OF_BODIES: [(&str, &str); 4] = [
    ("400", "No JSON, or too deep"),
    ("408", "The body did not arrive in time"),
    ("413", "More than 1 MiB"),
    ("415", "No `application/json`"),
];

/// Where it is asked who calls.
const OF_CALLERS: [(&str, &str); 3] = [
    ("401", "No key that holds"),
    ("403", "A page of another site, or a name that is none of the service's"),
    ("503", "The store does not answer"),
];

/// The refusals that no route names itself.
pub(super) struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let is_health = ["/healthz", "/readyz"].contains(&path.as_str());
            for operation in [&mut item.get, &mut item.post, &mut item.delete].into_iter().flatten() {
                if operation.request_body.is_some() {
                    add(operation, &OF_BODIES);
                }
                add(operation, &[("400", "A key in the address")]);
                if !is_health {
                    add(operation, &OF_CALLERS);
                }
            }
        }
    }
}

/// Adds answers, each after what the route says of the same status.
fn add(operation: &mut Operation, refusals: &[(&str, &str)]) {
    for (status, description) in refusals {
        let known = operation.responses.responses.get_mut(*status);
        if let Some(RefOr::T(response)) = known {
            response.description.push_str("; ");
            response.description.push_str(&lower(description));
            continue;
        }
        operation.responses.responses.insert((*status).to_owned(), RefOr::T(problem(description)));
    }
}

fn problem(description: &str) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", body).build()
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
