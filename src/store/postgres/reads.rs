//! What is asked without writing?

use std::sync::Arc;

use serde_json::Value;
use sqlx::Row;
use uuid::Uuid;

use super::operation::{Operation, Way};
use super::rows;
use super::session::{Session, Statement};
use super::text;
use crate::store::StoreError;
use crate::task::{Kind, ListFilter, Task, TaskEvent, TaskId, TaskPage, TaskStatus};

/// One task.
pub(super) struct Get {
    pub(super) id: TaskId,
}

impl Operation for Get {
    type Answer = Option<Arc<Task>>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        Ok(session.load(self.id).await?.map(Arc::new))
    }
}

/// Those of some tasks that have ended.
pub(super) struct Ended {
    pub(super) ids: Vec<TaskId>,
}

impl Operation for Ended {
    type Answer = Vec<Arc<Task>>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        const ENDED: &str = rows::select_tasks!("WHERE id = ANY ($1) AND completed_at IS NOT NULL");
        rows::read_shared(&session.rows(sqlx::query(ENDED).bind(rows::write_ids(&self.ids))).await?)
    }
}

/// What a task left.
pub(super) struct GetResult {
    pub(super) id: TaskId,
}

impl Operation for GetResult {
    type Answer = Option<Arc<Value>>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        const RESULT: &str = "SELECT result FROM testgen.task_result \
             WHERE task = (SELECT seq FROM testgen.task WHERE id = $1)";
        let found = session.rows(sqlx::query(RESULT).bind(self.id.as_uuid())).await?;
        let Some(row) = found.first() else { return Ok(None) };
        rows::read_json(row.try_get(0)?, self.id).map(|result| Some(Arc::new(result)))
    }
}

/// One page of tasks.
pub(super) struct List {
    pub(super) filter: ListFilter,
}

impl Operation for List {
    type Answer = TaskPage;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<TaskPage, StoreError> {
        let limit = self.filter.limit.clamp(1, 1000);
        // One more, which tells whether there is another page.
        let found = session.rows(listing(&self.filter, limit + 1)).await?;
        let mut tasks = rows::read_shared(&found)?;
        let has_more = tasks.len() > limit;
        tasks.truncate(limit);
        let next_cursor = tasks.last().filter(|_| has_more).map(|task| task.id());
        Ok(TaskPage { tasks, next_cursor })
    }
}

fn listing(filter: &ListFilter, limit: usize) -> Statement {
    const ALL: &str =
        rows::select_tasks!("WHERE id <= $1 AND id <> $3 AND kind <> 'webhook' ORDER BY id DESC LIMIT $2");
    const STATUS: &str = rows::select_tasks!(
        "WHERE id <= $1 AND id <> $3 AND status = $4 AND kind <> 'webhook' ORDER BY id DESC LIMIT $2"
    );
    const KIND: &str =
        rows::select_tasks!("WHERE id <= $1 AND id <> $3 AND kind = $4 ORDER BY id DESC LIMIT $2");
    const BOTH: &str = rows::select_tasks!(
        "WHERE id <= $1 AND id <> $3 AND status = $4 AND kind = $5 ORDER BY id DESC LIMIT $2"
    );
    const OWN: &str = rows::select_tasks!(
        "WHERE id <= $1 AND id <> $3 AND owner = $4 AND owner <> '' AND ($5::text IS NULL OR status = $5) \
         AND ($6::text IS NULL OR kind = $6) ORDER BY id DESC LIMIT $2"
    );
    const NOBODYS: &str = rows::select_tasks!(
        "WHERE id <= $1 AND id <> $3 AND owner = $4 AND ($5::text IS NULL OR status = $5) \
         AND ($6::text IS NULL OR kind = $6) ORDER BY id DESC LIMIT $2"
    );
    // The cursor itself was on the page before.
    let (below, but) = filter.cursor.map_or((Uuid::max(), Uuid::max()), |id| (id.as_uuid(), id.as_uuid()));
    let begin = |sql| sqlx::query(sql).bind(below).bind(rows::write_count(limit)).bind(but);
    if let Some(owner) = filter.owner.as_deref() {
        return begin(if owner.is_empty() { NOBODYS } else { OWN })
            .bind(text::write(owner))
            .bind(filter.status.map(TaskStatus::as_str))
            .bind(filter.kind.as_ref().map(Kind::as_str).map(str::to_owned));
    }
    let sql = match (filter.status, &filter.kind) {
        (None, None) => ALL,
        (Some(_), None) => STATUS,
        (None, Some(_)) => KIND,
        (Some(_), Some(_)) => BOTH,
    };
    let mut query = begin(sql);
    if let Some(status) = filter.status {
        query = query.bind(TaskStatus::as_str(status));
    }
    if let Some(kind) = &filter.kind {
        query = query.bind(Kind::as_str(kind).to_owned());
    }
    query
}

/// What happened to a task after a number.
pub(super) struct Events {
    pub(super) id: TaskId,
    pub(super) after: u32,
    pub(super) limit: usize,
}

impl Operation for Events {
    type Answer = Option<Vec<TaskEvent>>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        const KEPT: &str = "SELECT number, at, status, attempt, happening, detail FROM testgen.task_event \
             WHERE task = $1 AND number > $2 ORDER BY number LIMIT $3";
        let Some(task) = session.load(self.id).await? else { return Ok(None) };
        let mut events = Vec::new();
        if self.after == 0 {
            events.push(TaskEvent::submission_of(&task));
        }
        let query = sqlx::query(KEPT)
            .bind(task.seq)
            .bind(i64::from(self.after))
            .bind(rows::write_count(self.limit.saturating_sub(events.len())));
        for row in &session.rows(query).await? {
            events.push(rows::read_event(row, self.id)?);
        }
        events.truncate(self.limit);
        Ok(Some(events))
    }
}

/// Running tasks of this process whose end was asked for.
pub(super) struct CancelRequests;

impl Operation for CancelRequests {
    type Answer = Vec<TaskId>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Vec<TaskId>, StoreError> {
        const ASKED: &str = "SELECT id FROM testgen.task \
             WHERE status = 'running' AND process = $1 AND cancel_requested ORDER BY seq";
        let found = session.rows(sqlx::query(ASKED).bind(session.process().as_uuid())).await?;
        found.iter().map(|row| Ok(TaskId::from(row.try_get::<Uuid, _>(0)?))).collect()
    }
}
