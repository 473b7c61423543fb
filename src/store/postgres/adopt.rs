//! Who goes on with tasks whose process is gone? A starting engine, if they are young enough.

use std::time::Duration;

use super::operation::{Operation, Told};
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
    /// Tasks submitted or due within it are young.
    pub(super) max_age: Duration,
}

impl Operation for Adopt {
    type Answer = usize;

    fn told(number: &usize) -> Told {
        Told::AtOnce.of(*number)
    }

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const YOUNG: &str = rows::select_tasks!(
            "WHERE status IN ('pending', 'queued') AND submitter = $1 AND (created_at > $2 OR due > $2) \
             ORDER BY created_at, seq LIMIT $3 FOR UPDATE OF task"
        );
        let query = sqlx::query(YOUNG)
            .bind(self.dead.as_uuid())
            .bind(session.before(self.max_age))
            .bind(rows::write_count(ADOPT_BATCH));
        let mut young = session.select(query).await?;
        let adopted = young.len();
        for task in &mut young {
            task.new.submitter = session.process();
        }
        // One that was left behind before is queued again.
        let is_left = |task: &mut Task| task.state == State::Pending { wait: Wait::LeftBehind };
        let mut left: Vec<Task> = young.extract_if(.., is_left).collect();
        session.save_rows(&young).await?;
        requeue(session, &mut left).await?;
        Ok(adopted)
    }
}

/// Lists a dead process's old tasks as pending, but for webhooks, which wait for the next service, a batch of them; answers how many.
pub(super) struct LeaveBehind {
    pub(super) dead: ProcessId,
    /// Tasks submitted or due within it are young.
    pub(super) max_age: Duration,
    /// Lanes that a living process works: their tasks are not left.
    pub(super) live_lanes: Vec<String>,
}

impl Operation for LeaveBehind {
    type Answer = usize;

    fn told(number: &usize) -> Told {
        Told::AtOnce.of(*number)
    }

    async fn apply(&self, session: &mut Session) -> Result<usize, StoreError> {
        const OLD: &str = rows::select_tasks!(
            "WHERE status IN ('pending', 'queued') AND submitter = $1 AND created_at <= $2 \
             AND (status = 'queued' OR due <= $2) \
             AND kind <> 'webhook' AND lane <> ALL ($3) ORDER BY created_at, seq LIMIT $4 FOR UPDATE OF task"
        );
        let query = sqlx::query(OLD)
            .bind(self.dead.as_uuid())
            .bind(session.before(self.max_age))
            .bind(self.live_lanes.clone())
            .bind(rows::write_count(ADOPT_BATCH));
        let mut old = session.select(query).await?;
        for task in &mut old {
            task.leave_behind(session.now())?;
        }
        session.save_all(&old).await?;
        Ok(old.len())
    }
}
