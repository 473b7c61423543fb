//! What does the service tell of a delivery? What is sent, where to, and what became of each try.

use serde::Serialize;
use utoipa::ToSchema;

use crate::server::tasks::iso;
use crate::task::{Happening, State, Task, TaskEvent, TaskStatus, Wait, Webhook, Work};

/// The delivery of one message.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct DeliveryView {
    /// Its id, a UUID.
    #[schema(example = "0199a1c4-7d3e-7000-8000-0123456789ab")]
    delivery_id: String,
    /// The id of the message, the header `webhook-id`: the same at each try and each replay.
    webhook_id: String,
    /// The task whose end it tells of.
    task_id: String,
    /// Where to.
    url: String,
    /// `waiting` while the task goes on, `pending` until the next try, `running`, then `delivered` or `failed` for good.
    #[schema(value_type = String, pattern = "^(waiting|pending|running|delivered|failed)$")]
    status: &'static str,
    /// Tries so far.
    attempts: u32,
    /// Why the last try failed.
    error: Option<String>,
    /// When the next try is due.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
    /// When it was asked for.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was delivered, or given up.
    #[schema(format = DateTime)]
    completed_at: Option<String>,
}

/// A delivery with each of its tries.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct DeliveryLog {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// The tries that have ended, the first one first.
    tries: Vec<TryView>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct TryView {
    /// Its number, from 1.
    number: u32,
    /// When it ended.
    #[schema(format = DateTime)]
    time: String,
    /// Why it failed; null where the receiver has taken the message.
    error: Option<String>,
}

impl DeliveryView {
    /// The view of a delivery; `None` for any other task.
    pub(super) fn of(task: &Task) -> Option<Self> {
        let webhook = webhook_of(task)?;
        let due = match task.state {
            State::Pending { wait: Wait::Due(due) } => Some(due),
            _ => None,
        };
        Some(Self {
            delivery_id: task.id().to_string(),
            webhook_id: webhook.message(),
            task_id: webhook.task.to_string(),
            url: webhook.url.clone(),
            status: status_of(task),
            attempts: task.attempt,
            error: task.failure.as_ref().map(|failure| failure.message.clone()),
            next_attempt_at: due.map(iso),
            created_at: iso(task.created_at),
            completed_at: task.completed_at.map(iso),
        })
    }
}

impl DeliveryLog {
    /// The view of a delivery with what happened to it.
    pub(super) fn of(task: &Task, events: Vec<TaskEvent>) -> Option<Self> {
        Some(Self {
            delivery: DeliveryView::of(task)?,
            tries: events.into_iter().filter_map(TryView::of).collect(),
        })
    }
}

impl TryView {
    /// The try that an event ended.
    fn of(event: TaskEvent) -> Option<Self> {
        let Happening::Moved(failure) = event.happening else { return None };
        // One that is tried again waits for its time first.
        let is_put_off = failure.is_some() && event.status == TaskStatus::Pending;
        let is_end = is_put_off || event.status.is_final();
        (is_end && event.attempt > 0).then(|| Self {
            number: event.attempt,
            time: iso(event.at),
            error: failure.map(|failure| failure.message),
        })
    }
}

/// The work of a delivery.
pub(in crate::server) fn webhook_of(task: &Task) -> Option<&Webhook> {
    if let Work::Webhook(webhook) = &task.new.work { Some(webhook) } else { None }
}

/// Where the deliveries may stand that a word shows.
pub(super) fn statuses(word: &str) -> Option<&'static [TaskStatus]> {
    match word {
        "waiting" => Some(&[TaskStatus::Pending]),
        "pending" => Some(&[TaskStatus::Pending, TaskStatus::Queued]),
        "running" => Some(&[TaskStatus::Running]),
        "delivered" => Some(&[TaskStatus::Completed]),
        "failed" => Some(&[TaskStatus::Failed, TaskStatus::Cancelled]),
        _ => None,
    }
}

/// The word for where a delivery stands.
pub(in crate::server) fn status_of(task: &Task) -> &'static str {
    match task.state {
        State::Pending { wait: Wait::Dependencies { .. } } => "waiting",
        State::Pending { .. } | State::Queued => "pending",
        State::Running { .. } => "running",
        State::Completed => "delivered",
        State::Failed | State::Cancelled => "failed",
    }
}
