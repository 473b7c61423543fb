//! How does a user end a task? At once where nothing runs, else by a mark for the process that runs it.

use std::sync::Arc;

use super::operation::Operation;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{Task, TaskId};

/// Asks for the end of a task.
pub(super) struct Cancel {
    pub(super) id: TaskId,
}

impl Operation for Cancel {
    type Answer = Option<Arc<Task>>;

    /// What was asked for is not asked for again.
    const IS_REPEATABLE: bool = true;

    async fn apply(&self, session: &mut Session) -> Result<Option<Arc<Task>>, StoreError> {
        let Some(mut task) = session.lock(self.id).await? else { return Ok(None) };
        if !task.status().is_final() {
            task.request_cancel(session.now())?;
            session.save(&task).await?;
        }
        Ok(Some(Arc::new(task)))
    }
}
