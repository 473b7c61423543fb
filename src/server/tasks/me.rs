//! `GET /me`: who the service takes the caller for.

use axum::Json;
use axum::http::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};

/// A user and what they may do.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct Me {
    /// The name that tasks carry as `user_id`.
    #[schema(example = "ada")]
    user_id: String,
    /// `admin`, `user` or `read_only`.
    #[schema(example = "user")]
    role: &'static str,
}

/// Who you are
#[utoipa::path(
    get, path = "/api/v1/me", tag = "users", operation_id = "get_me",
    responses(
        (status = 200, description = "You", body = Me),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn me(scope: Scope, uri: Uri) -> Result<Json<Me>, Problem> {
    query_of(&uri, &[])?;
    let caller = scope.caller();
    Ok(Json(Me { user_id: caller.name().to_owned(), role: caller.role.as_str() }))
}
