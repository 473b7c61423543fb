//! Which task is meant? What cannot be an id is that of no task.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::server::http::Problem;
use crate::task::TaskId;

/// The id in the path. Whose it is, the scope says.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct OwnId(pub(in crate::server) TaskId);

impl<S: Send + Sync> FromRequestParts<S> for OwnId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::no_task("in the path"))?;
        text.parse().map(Self).map_err(|_| Problem::no_task(&text))
    }
}
