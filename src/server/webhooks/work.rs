//! What is kept of a webhook? A task of its own beside the one it tells of, which the end of that one queues.

use super::verdict::RETRIES;
use crate::config::Settings;
use crate::task::{Kind, NewTask, Priority, ProcessId, Signer, Task, TaskId, Terms, Webhook, Work};

/// How long one try may take, whatever happens, in seconds.
const ATTEMPT_SECONDS: f64 = 60.0;

/// The delivery of a task's end, due once it has ended; the same each time it is asked for.
pub(in crate::server) fn delivery_of(
    task: &Task,
    (user, signer): (&str, Signer),
    url: String,
    submitter: ProcessId,
    settings: &Settings,
) -> NewTask {
    let work = Work::Webhook(Box::new(Webhook { task: task.id(), url, signer }));
    let terms = Terms { depends_on: vec![task.id()], ..Terms::default() };
    NewTask {
        id: task.id().of_webhook(),
        lane: work.lane(),
        owner: Webhook::owner_of(user),
        priority: Priority::default(),
        work,
        metadata: Box::default(),
        submitter,
        attempt_seconds: ATTEMPT_SECONDS,
        max_retries: RETRIES,
        retention_seconds: settings.retention_of(&Kind::Webhook),
        terms: Some(Box::new(terms)),
    }
}

/// The same delivery once more, now.
pub(in crate::server) fn replay_of(
    delivery: &Task,
    webhook: &Webhook,
    signer: Signer,
    submitter: ProcessId,
) -> NewTask {
    let work = Work::Webhook(Box::new(Webhook { signer, ..webhook.clone() }));
    let (id, lane) = (TaskId::fresh(), work.lane());
    NewTask { id, lane, work, terms: None, submitter, ..delivery.new.clone() }
}

/// A task whose end is told, which is kept at least as long as tasks are as a rule: what is told is read from it, at each
/// try, and plans are kept for an hour only.
pub(in crate::server) fn told(task: NewTask, settings: &Settings) -> NewTask {
    NewTask { retention_seconds: task.retention_seconds.max(settings.retention_seconds), ..task }
}
