//! `GET /tasks`: the caller's own tasks, newest first.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{TaskView, statuses};
use crate::server::access::{Listing, Scope};
use crate::server::http::{Problem, ProblemBody, query_of};
use crate::task::TaskStatus;

/// The longest page.
const LONGEST: usize = 200;
/// The usual page.
const USUAL: usize = 50;

/// One page of tasks, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct TaskList {
    tasks: Vec<TaskView>,
    /// How many there are on all pages.
    total: u64,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

/// Your tasks, newest first
#[utoipa::path(
    get, path = "/api/v1/tasks", tag = "tasks", operation_id = "list_tasks",
    params(
        ("task_type" = Option<String>, Query, description = "Only of this kind", pattern = "^[a-z][a-z0-9_]{0,63}$"),
        ("status" = Option<String>, Query, description = "Only these", pattern = "^(pending|running|completed|failed|cancelled)$"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 200; 50 where it is not said", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before", format = "uuid"),
    ),
    responses(
        (status = 200, description = "One page", body = TaskList),
        (status = 422, description = "A filter that does not hold", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn list(scope: Scope, uri: Uri) -> Result<Json<TaskList>, Problem> {
    let listing = listing_of(&query_of(&uri, &["task_type", "status", "limit", "cursor"])?)?;
    let (page, total) = scope.list(&listing).await?;
    let mut tasks = Vec::with_capacity(page.tasks.len());
    for task in &page.tasks {
        // Removed since the page was read: then it is no more on it.
        let Ok(finished) = scope.finished(task).await else { continue };
        let task = finished.as_ref().map_or(task, |finished| &finished.task);
        tasks.push(TaskView::of(task, finished.as_ref(), scope.caller().name()));
    }
    Ok(Json(TaskList { tasks, total, next_cursor: page.next_cursor.map(|id| id.to_string()) }))
}

fn listing_of(query: &BTreeMap<String, String>) -> Result<Listing, Problem> {
    let kind = query.get("task_type").map(|name| name.parse()).transpose();
    let cursor = query.get("cursor").map(|text| text.parse()).transpose();
    Ok(Listing {
        statuses: match query.get("status") {
            None => TaskStatus::ALL.to_vec(),
            Some(word) => statuses(word).ok_or_else(|| {
                let word: String = word.chars().take(64).collect();
                let detail =
                    format!("{word:?} is unknown: use one of pending, running, completed, failed, cancelled");
                Problem::field("status", detail)
            })?,
        },
        kind: kind.map_err(|message: String| Problem::field("task_type", message))?,
        limit: query.get("limit").map_or(Ok(USUAL), |text| limit_of(text))?,
        cursor: cursor.map_err(|_| Problem::field("cursor", "is not the `next_cursor` of a page"))?,
    })
}

/// How many a page may have.
pub(in crate::server) fn limit_of(text: &str) -> Result<usize, Problem> {
    text.parse().ok().filter(|limit| (1..=LONGEST).contains(limit)).ok_or_else(|| {
        let text: String = text.chars().take(64).collect();
        Problem::field("limit", format!("must be a whole number from 1 to {LONGEST}, not {text:?}"))
    })
}
