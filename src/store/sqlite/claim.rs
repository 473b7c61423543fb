//! How does a process get work? The heads of its lanes, and of these the best.

use std::sync::Arc;

use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{Lane, Task};

/// Takes up to `limit` tasks of these lanes for this process.
pub(super) struct Claim {
    pub(super) lanes: Vec<Lane>,
    pub(super) limit: usize,
}

impl Claim {
    /// The best tasks of all lanes, first to last. No lane is read further than the limit.
    async fn best(&self, session: &mut Session) -> Result<Vec<Task>, StoreError> {
        const HEADS: &str = rows::select_tasks!(
            "WHERE status = 'queued' AND lane = ?1 ORDER BY priority, rank, seq LIMIT ?2"
        );
        let mut best = Vec::new();
        for lane in &self.lanes {
            let query = sqlx::query(HEADS).bind(lane.as_str().to_owned()).bind(rows::write_count(self.limit));
            best.extend(session.select(query).await?);
        }
        best.sort_by_key(|task| (task.new.priority, task.rank, task.seq));
        best.dedup_by_key(|task| task.seq);
        best.truncate(self.limit);
        Ok(best)
    }
}

impl Operation for Claim {
    type Answer = Vec<Arc<Task>>;

    async fn apply(&self, session: &mut Session) -> Result<Vec<Arc<Task>>, StoreError> {
        // The rank of a claimed task has had its turn.
        const SAVE: &str =
            rows::update_task!("UPDATE turn SET rank = ?14 WHERE priority = ?16 AND rank < ?14");
        let mut claimed = self.best(session).await?;
        let now = session.now();
        for task in &mut claimed {
            task.claim(session.process, now)?;
            let priority = i64::from(task.new.priority.as_number());
            session.execute(rows::bind_task(SAVE, task)?.bind(priority)).await?;
        }
        Ok(claimed.into_iter().map(Arc::new).collect())
    }
}
