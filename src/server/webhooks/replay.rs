//! `POST /webhooks/deliveries/{id}/replay`: sends a message once more.

use axum::Json;
use axum::extract::Path;
use axum::http::{StatusCode, Uri};

use super::view::DeliveryView;
use crate::server::access::Writer;
use crate::server::http::{Problem, ProblemBody, query_of};

/// Send a message once more
///
/// Answers a new delivery of the same message, whether the one before was taken or given up. The body is not read.
#[utoipa::path(
    post, path = "/api/v1/webhooks/deliveries/{id}/replay", tag = "webhooks", operation_id = "replay_delivery",
    params(("id" = String, Path, description = "The id of a delivery of yours")),
    responses(
        (status = 202, description = "The new delivery", body = DeliveryView),
        (status = 403, description = "A key that only reads", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No delivery of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "It goes on, or its task is kept no more", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "An unknown name in the query", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn replay(
    Writer(scope): Writer,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    query_of(&uri, &[])?;
    let task = scope.replay(&id).await?;
    let view = DeliveryView::of(&task).ok_or_else(|| Problem::no_delivery(&id))?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}
