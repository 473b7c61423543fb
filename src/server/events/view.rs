//! What is told of an event? In the words of the service: statuses, progress and times are those of its tasks.

use serde::Serialize;

use crate::engine::EventView;
use crate::server::tasks::{ProgressView, iso, word};
use crate::task::{FeedEvent, TaskEvent, TaskId};

/// One event of a task.
pub(super) type TaskEventView<'a> = EventView<'a, &'static str, ProgressView>;

/// The view of an event of a task.
pub(super) fn view_of(event: &TaskEvent) -> TaskEventView<'_> {
    EventView::in_words(event, iso(event.at), word(event.status), ProgressView::of_progress)
}

/// One event of a feed.
#[derive(Debug, Serialize)]
pub(super) struct FeedView<'a> {
    id: String,
    task_id: TaskId,
    #[serde(flatten)]
    event: TaskEventView<'a>,
}

impl<'a> FeedView<'a> {
    /// The view of an event of one of many tasks.
    pub(super) fn of(fed: &'a FeedEvent) -> Self {
        Self { id: fed.place.to_string(), task_id: fed.task, event: view_of(&fed.event) }
    }
}
