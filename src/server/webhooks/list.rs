//! `GET /webhooks/deliveries`: what the caller's webhooks came to, the newest first.

use axum::Json;
use axum::http::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{DeliveryView, statuses};
use crate::server::access::{Scope, Shown};
use crate::server::http::{Problem, ProblemBody, query_of};
use crate::server::tasks::limit_of;

/// The usual page.
const USUAL: usize = 50;

/// One page of deliveries, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct DeliveryList {
    deliveries: Vec<DeliveryView>,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

/// The deliveries of your webhooks, newest first
#[utoipa::path(
    get, path = "/api/v1/webhooks/deliveries", tag = "webhooks", operation_id = "list_deliveries",
    params(
        ("status" = Option<String>, Query, description = "Only these", pattern = "^(waiting|pending|running|delivered|failed)$"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 200; 50 where it is not said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before", format = "uuid"),
    ),
    responses(
        (status = 200, description = "One page", body = DeliveryList),
        (status = 422, description = "A filter that does not hold", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn list(scope: Scope, uri: Uri) -> Result<Json<DeliveryList>, Problem> {
    let query = query_of(&uri, &["status", "limit", "cursor"])?;
    let shown = query.get("status").map(|word| shown(word)).transpose()?;
    let limit = query.get("limit").map_or(Ok(USUAL), |text| limit_of(text))?;
    let cursor = query.get("cursor").map(|text| text.parse()).transpose();
    let cursor = cursor.map_err(|_| Problem::field("cursor", "is not the `next_cursor` of a page"))?;
    let page = scope.deliveries(shown, limit, cursor).await?;
    let deliveries = page.tasks.iter().filter_map(|task| DeliveryView::of(task)).collect();
    Ok(Json(DeliveryList { deliveries, next_cursor: page.next_cursor.map(|id| id.to_string()) }))
}

fn shown(word: &str) -> Result<Shown<'_>, Problem> {
    let statuses = statuses(word).ok_or_else(|| {
        let word: String = word.chars().take(64).collect();
        let detail = format!("{word:?} is unknown: use one of waiting, pending, running, delivered, failed");
        Problem::field("status", detail)
    })?;
    Ok(Shown { word, statuses })
}
