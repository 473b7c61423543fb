//! Who goes on with tasks whose process is gone? A starting engine, if they are young enough.

use chrono::{DateTime, Utc};

use super::operation::Operation;
use super::promote::requeue;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{ProcessId, State, Task, Wait};

/// How many tasks are adopted or left behind in one transaction.
pub(super) const ADOPT_BATCH: usize = 500;

/// Makes this process the submitter of a dead one's young tasks, a batch of them; answers how many.
pub(super) struct Adopt {
    pub(super) dead: ProcessId,
    /// Tasks submitted or due after this are young.
    pub(super) young_after: DateTime<Utc>,
}

impl Operation for Adopt {
    type Answer = usize;

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const YOUNG: &str = rows::select_tasks!(
            "WHERE status IN ('pending', 'queued') AND submitter = ?1 AND (created_at > ?2 OR due > ?2) \
             ORDER BY created_at, seq LIMIT +?3"
        );
        let query = sqlx::query(YOUNG)
            .bind(rows::write_process(self.dead))
            .bind(rows::write_time(self.young_after))
            .bind(rows::write_count(ADOPT_BATCH));
        let young = session.select(query).await?;
        let adopted = young.len();
        for task in young {
            adopt(session, task).await?;
        }
        Ok(adopted)
    }
}

/// The task goes on for this process; one that was left behind before is queued again.
async fn adopt(session: &mut Session, mut task: Task) -> Result<(), StoreError> {
    task.new.submitter = session.process;
    match task.state {
        State::Pending { wait: Wait::LeftBehind } => requeue(session, &mut task).await,
        _ => session.save(&task).await,
    }
}

/// Lists a dead process's old tasks as pending, but for webhooks, which wait for the next service, a batch of them; answers how many.
pub(super) struct LeaveBehind {
    pub(super) dead: ProcessId,
    /// Tasks submitted or due after this are young.
    pub(super) young_after: DateTime<Utc>,
    /// Lanes that a living process works, as a JSON array: their tasks are not left.
    pub(super) live_lanes: String,
}

impl Operation for LeaveBehind {
    type Answer = usize;

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const OLD: &str = rows::select_tasks!(
            "WHERE status IN ('pending', 'queued') AND submitter = ?1 AND created_at <= ?2 \
             AND (status = 'queued' OR due <= ?2) \
             AND kind <> 'webhook' AND lane NOT IN (SELECT value FROM json_each(?3)) ORDER BY created_at, seq LIMIT +?4"
        );
        let query = sqlx::query(OLD)
            .bind(rows::write_process(self.dead))
            .bind(rows::write_time(self.young_after))
            .bind(self.live_lanes.clone())
            .bind(rows::write_count(ADOPT_BATCH));
        let mut old = session.select(query).await?;
        let now = session.now();
        for task in &mut old {
            task.leave_behind(now)?;
            session.save(task).await?;
        }
        Ok(old.len())
    }
}
