//! How does a task get in? At its owner's next place, with its request beside it.

use std::sync::Arc;

use sqlx::Row;

use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{NewTask, Task};

/// Keeps a new task, queued.
pub(super) struct Submit {
    new: NewTask,
    /// The work as JSON, made by the caller and not by the writer.
    work: String,
}

impl Submit {
    pub(super) fn new(new: NewTask) -> Result<Self, StoreError> {
        Ok(Self { work: rows::write_json(&new.work)?, new })
    }

    /// Inserts the task at a place; answers its order of submission, or `None` for an id that is there.
    async fn insert(&self, session: &mut Session, rank: i64, now: i64) -> Result<Option<i64>, StoreError> {
        // One way to the database for both rows; the second finds nothing to do for an id that is there.
        const INSERT: &str = "INSERT INTO task (id, kind, lane, owner, priority, rank, status, submitter, \
             attempt_seconds, max_retries, token, attempt, retries, crashes, cancel_requested, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?8, ?9, 0, 0, 0, 0, 0, ?10) \
             ON CONFLICT (id) DO NOTHING RETURNING seq; \
             INSERT OR IGNORE INTO task_request (task, work, metadata) \
             SELECT seq, ?11, ?12 FROM task WHERE id = ?1";
        let inserted = sqlx::query(INSERT)
            .bind(rows::write_id(self.new.id))
            .bind(self.new.work.kind().as_str())
            .bind(self.new.lane.as_str().to_owned())
            .bind(self.new.owner.to_string())
            .bind(i64::from(self.new.priority.as_number()))
            .bind(rank)
            .bind(rows::write_process(self.new.submitter))
            .bind(self.new.attempt_seconds)
            .bind(i64::from(self.new.max_retries))
            .bind(now)
            .bind(self.work.clone())
            .bind(self.new.metadata.to_string())
            .fetch_all(&mut session.connection)
            .await?;
        Ok(inserted.first().map(|row| row.try_get(0)).transpose()?)
    }
}

impl Operation for Submit {
    type Answer = Arc<Task>;

    async fn apply(&self, session: &mut Session) -> Result<Arc<Task>, StoreError> {
        let now = session.now();
        let rank = session.next_rank(&self.new.owner, self.new.priority).await?;
        let task = match self.insert(session, rank, rows::write_time(now)).await? {
            Some(seq) => Task::queued(self.new.clone(), rank, seq, now),
            None => session
                .load(self.new.id)
                .await?
                .ok_or_else(|| StoreError::Corrupt(format!("{}: its request is missing", self.new.id)))?,
        };
        Ok(Arc::new(task))
    }
}
