//! What may a running attempt write? Only what its lease token still covers.

use std::sync::Arc;

use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{Progress, Settlement, Task, TaskId};

/// Which attempt writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    pub(super) id: TaskId,
    pub(super) token: u64,
}

impl Lease {
    /// The task, if this attempt still holds it.
    async fn load(self, session: &mut Session) -> Result<Task, StoreError> {
        let task = session.load(self.id).await?.ok_or(StoreError::LeaseLost)?;
        task.guard(self.token)?;
        Ok(task)
    }
}

/// Keeps the last progress.
pub(super) struct Report {
    pub(super) lease: Lease,
    pub(super) progress: Progress,
}

impl Operation for Report {
    type Answer = ();

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const KEEP: &str = "UPDATE task SET progress = ?2 WHERE seq = ?1";
        let task = self.lease.load(session).await?;
        let progress = rows::write_json(&self.progress)?;
        session.execute(sqlx::query(KEEP).bind(task.seq).bind(progress)).await.map(drop)
    }
}

/// Proves that the lease holds, in the order of all writes.
pub(super) struct Renew {
    pub(super) lease: Lease,
}

impl Operation for Renew {
    type Answer = ();

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        self.lease.load(session).await.map(drop)
    }
}

/// Ends the attempt.
pub(super) struct Settle {
    lease: Lease,
    settlement: Settlement,
    /// What is kept beside the record, as JSON, made by the caller and not by the writer.
    result: Option<String>,
}

impl Settle {
    pub(super) fn new(lease: Lease, mut settlement: Settlement) -> Result<Self, StoreError> {
        let result = settlement.take_result().map(|result| rows::write_json(&*result)).transpose()?;
        Ok(Self { lease, settlement, result })
    }
}

impl Operation for Settle {
    type Answer = Arc<Task>;

    async fn apply(&self, session: &mut Session) -> Result<Arc<Task>, StoreError> {
        const SAVE: &str = rows::update_task!("INSERT INTO task_result (task, result) VALUES (?1, ?16)");
        let mut task = self.lease.load(session).await?;
        task.settle(self.lease.token, &self.settlement, session.now())?;
        match &self.result {
            Some(result) => {
                session.execute(rows::bind_task(SAVE, &task)?.bind(result.clone())).await?;
            }
            None => session.save(&task).await?,
        }
        Ok(Arc::new(task))
    }
}
