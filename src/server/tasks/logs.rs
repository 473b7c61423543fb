//! `GET /tasks/{id}/logs`: the lines that a task's agent or handler left.

use std::time::Duration;

use axum::Json;
use axum::http::Uri;
use chrono::SecondsFormat;
use serde::Serialize;
use utoipa::ToSchema;

use super::id::OwnId;
use crate::server::access::Scope;
use crate::server::http::{Problem, ProblemBody, query_of};
use crate::task::Happening;

/// How many lines one answer has at most.
const MOST: usize = 1000;

/// Some lines of a task.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct LogPage {
    lines: Vec<LogLine>,
    /// `after` of the next lines; null when there are no more for now.
    next_after: Option<u32>,
}

/// A line that a task's agent or handler left.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct LogLine {
    /// The number of its event.
    number: u32,
    /// When it was left.
    #[schema(format = DateTime)]
    time: String,
    /// `debug`, `info`, `warning` or `error`.
    level: &'static str,
    message: String,
}

/// The lines that a task left
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}/logs", tag = "tasks", operation_id = "get_logs",
    params(
        ("id" = String, Path, description = "The id of a task of yours"),
        ("after" = Option<u32>, Query, description = "Only lines after the event of this number", format = Int64, maximum = 4_294_967_295_u32),
    ),
    responses(
        (status = 200, description = "The lines, the oldest first", body = LogPage),
        (status = 404, description = "No task of yours", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A number that is none", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn logs(
    scope: Scope,
    OwnId(id): OwnId,
    uri: Uri,
) -> Result<Json<LogPage>, Problem> {
    let query = query_of(&uri, &["after"])?;
    let mut after = match query.get("after") {
        None => 0,
        Some(text) => text.parse().map_err(|_| Problem::field("after", "must be the number of an event"))?,
    };
    let mut lines = Vec::new();
    loop {
        let events = scope.events(id, after, Duration::ZERO).await?;
        let Some(last) = events.last() else { return Ok(Json(LogPage { lines, next_after: None })) };
        after = last.number;
        lines.extend(events.into_iter().filter_map(|event| match event.happening {
            Happening::Log(level, message) => Some(LogLine {
                number: event.number,
                time: event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
                level: level.as_str(),
                message: message.into(),
            }),
            _ => None,
        }));
        if lines.len() >= MOST {
            return Ok(Json(LogPage { lines, next_after: Some(after) }));
        }
    }
}
