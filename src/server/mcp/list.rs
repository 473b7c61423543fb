//! `list_tasks`: the user's own tasks, the newest first.

use rmcp::model::CallToolResult;

use super::answer::list_answer;
use super::argument::Arguments;
use super::table::PAGE;
use crate::server::access::{Listing, Scope};
use crate::server::http::Problem;
use crate::server::tasks::statuses;
use crate::task::TaskStatus;

/// One page.
pub(super) async fn list(mut arguments: Arguments, scope: &Scope) -> Result<CallToolResult, Problem> {
    let kind = arguments.text("task_type").map(|name| name.parse()).transpose();
    let cursor = arguments.text("cursor").map(|text| text.parse()).transpose();
    let listing = Listing {
        statuses: match arguments.text("status") {
            None => TaskStatus::ALL.to_vec(),
            Some(word) => statuses(&word).unwrap_or_default(),
        },
        kind: kind.map_err(|message: String| Problem::field("task_type", message))?,
        limit: arguments.count("limit").unwrap_or(PAGE.1),
        cursor: cursor.map_err(|_| Problem::field("cursor", "is not the next_cursor of a page"))?,
    };
    let (page, total) = scope.list(&listing).await?;
    list_answer(&page, total, scope)
}
