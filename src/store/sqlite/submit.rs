//! How does a task get in? At its owner's next place, with its request beside it.

use std::sync::Arc;

use sqlx::Row;

use super::dependencies::{self, Dependencies};
use super::operation::{Operation, Together};
use super::rows;
use super::session::Session;
use super::submit_many;
use crate::store::{Limits, StoreError};
use crate::task::{NewTask, Task};

/// Keeps a new task.
pub(super) struct Submit {
    pub(super) new: NewTask,
    limits: Arc<Limits>,
    /// The work and the terms as JSON, made by the caller and not by the writer.
    pub(super) work: String,
    terms: Option<String>,
}

impl Submit {
    pub(super) fn new(new: NewTask, limits: Arc<Limits>) -> Result<Self, StoreError> {
        let work = rows::write_json(&new.work)?;
        let terms = new.terms.as_ref().map(rows::write_json).transpose()?;
        Ok(Self { new, limits, work, terms })
    }

    /// Whether it asks for nothing but its turn.
    fn is_plain(&self) -> bool {
        self.new.terms.is_none() && !self.limits.concern_submission()
    }

    /// A submission that asks for nothing but its turn.
    async fn insert_plain(&self, session: &mut Session) -> Result<Task, StoreError> {
        let task = Task::submitted(self.new.clone(), 0, 0, 0, session.now());
        match self.insert(session, task).await? {
            Some(task) => Ok(task),
            None => session.known(self.new.id).await,
        }
    }

    /// A submission that may be known, refused, or have to wait for others.
    async fn insert_on_terms(&self, session: &mut Session) -> Result<Task, StoreError> {
        if let Some(known) = session.load(self.new.id).await? {
            return Ok(known);
        }
        if let Some(known) = self.known_by_key(session).await? {
            return Ok(known);
        }
        self.check_room(session).await?;
        let dependencies = Dependencies::of(&self.new, session).await?;
        let task = Task::submitted(self.new.clone(), 0, 0, dependencies.open_at_submission(), session.now());
        let task = self.insert(session, task).await?;
        let task = task.ok_or_else(|| StoreError::Corrupt(format!("{}: its id is taken", self.new.id)))?;
        dependencies::keep(dependencies, session, task).await
    }

    /// The task that this key stands for; an error when it asks for something else.
    async fn known_by_key(&self, session: &mut Session) -> Result<Option<Task>, StoreError> {
        const KNOWN: &str = rows::select_tasks!("WHERE owner = ?1 AND idempotency_key = ?2");
        let Some(key) = self.new.idempotency_key() else { return Ok(None) };
        let query = sqlx::query(KNOWN).bind(self.new.owner.to_string()).bind(key.to_owned());
        let Some(known) = session.select(query).await?.pop() else { return Ok(None) };
        if known.new.asks_the_same(&self.new) {
            return Ok(Some(known));
        }
        Err(StoreError::KeyTaken { key: key.into(), id: known.id() })
    }

    async fn check_room(&self, session: &mut Session) -> Result<(), StoreError> {
        const ALL: &str = "SELECT coalesce(sum(number), 0) FROM tally \
             WHERE status IN ('pending', 'queued') AND lane <> 'webhook' AND lane NOT LIKE 'webhook/%'";
        const OF_OWNER: &str = "SELECT coalesce(sum(number), 0) FROM tally \
             WHERE status IN ('pending', 'queued') AND owner = ?1";
        if self.new.work.follows_any_end() {
            return Ok(());
        }
        if self.limits.queued.is_some() {
            let waiting = session.count(sqlx::query(ALL)).await?;
            self.limits.check_queue(waiting)?;
        }
        if self.limits.queued_per_owner.is_some() {
            let waiting = session.count(sqlx::query(OF_OWNER).bind(self.new.owner.to_string())).await?;
            self.limits.check_owner(&self.new.owner, waiting)?;
        }
        Ok(())
    }

    /// Inserts the task at its owner's next place; answers it with its place, or `None` for an id that is there.
    async fn insert(&self, session: &mut Session, mut task: Task) -> Result<Option<Task>, StoreError> {
        // One way to the database for place and both rows; the last finds nothing to do for an id that is there.
        const INSERT: &str = concat!(
            "INSERT INTO task (id, kind, lane, owner, priority, rank, status, due, open_dependencies, submitter, \
             attempt_seconds, max_retries, retention_seconds, idempotency_key, token, attempt, retries, crashes, \
             cancel_requested, created_at, events, changed_at, has_dependants) \
             VALUES (?1, ?2, ?3, ?4, ?5, ",
            rows::next_rank!("?4", "?5"),
            ", ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, 0, 0, 0, 0, ?14, 1, ?14, 0) \
             ON CONFLICT (id) DO NOTHING RETURNING seq, rank; \
             INSERT OR IGNORE INTO task_request (task, work, metadata, terms) \
             SELECT seq, ?15, ?16, ?17 FROM task WHERE id = ?1"
        );
        let (due, open_dependencies) = rows::write_wait(&task.state);
        let inserted = sqlx::query(INSERT)
            .bind(rows::write_id(task.id()))
            .bind(task.new.work.kind().as_str().to_owned())
            .bind(task.new.lane.as_str().to_owned())
            .bind(task.new.owner.to_string())
            .bind(i64::from(task.new.priority.as_number()))
            .bind(task.status().as_str())
            .bind(due)
            .bind(open_dependencies)
            .bind(rows::write_process(task.new.submitter))
            .bind(task.new.attempt_seconds)
            .bind(i64::from(task.new.max_retries))
            .bind(task.new.retention_seconds)
            .bind(task.new.idempotency_key().map(str::to_owned))
            .bind(rows::write_time(task.created_at))
            .bind(self.work.clone())
            .bind(task.new.metadata.to_string())
            .bind(self.terms.clone())
            .fetch_all(&mut session.connection)
            .await?;
        let Some(row) = inserted.first() else { return Ok(None) };
        (task.seq, task.rank) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Some(task))
    }
}

impl Operation for Submit {
    type Answer = Arc<Task>;

    async fn apply(&self, session: &mut Session) -> Result<Arc<Task>, StoreError> {
        let task = if self.is_plain() {
            self.insert_plain(session).await?
        } else {
            self.insert_on_terms(session).await?
        };
        Ok(Arc::new(task))
    }
}

impl Together for Submit {
    fn may_join(&self) -> bool {
        self.is_plain()
    }

    async fn apply_all(
        operations: &[&Self],
        session: &mut Session,
    ) -> Result<Vec<Result<Arc<Task>, StoreError>>, StoreError> {
        Ok(submit_many::insert_all(session, operations).await?.into_iter().map(Ok).collect())
    }
}
