//! `GET /webhooks/deliveries/{id}`: one delivery, with each of its tries.

use axum::Json;
use axum::extract::Path;
use axum::http::Uri;

use super::view::DeliveryLog;
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};

/// One delivery, with its tries
#[utoipa::path(
    get, path = "/api/v1/webhooks/deliveries/{id}", tag = "webhooks", operation_id = "get_delivery",
    params(("id" = String, Path, description = "The id of a delivery of yours")),
    responses(
        (status = 200, description = "The delivery", body = DeliveryLog),
        (status = 404, description = "No delivery of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn show(
    scope: Scope,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<DeliveryLog>, Problem> {
    query_of(&uri, &[])?;
    let (task, events) = scope.delivery_log(&id).await?;
    DeliveryLog::of(&task, events).map(Json).ok_or_else(|| Problem::no_delivery(&id))
}
