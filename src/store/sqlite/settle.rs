//! How does an attempt end? By its lease token: all attempts of one commit are read at once and written at once.

use std::collections::HashMap;
use std::sync::Arc;

use super::attempt::Lease;
use super::batch::{batches, values};
use super::operation::{Operation, Together};
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{Settlement, Task, TaskId};

/// Ends the attempt.
pub(super) struct Settle {
    lease: Lease,
    settlement: Settlement,
    /// What is kept beside the record, as JSON, made by the caller and not by the writer.
    result: Option<String>,
}

/// A task that an attempt has ended, and what it left.
type Settled<'a> = (Task, Option<&'a String>);

impl Settle {
    pub(super) fn new(lease: Lease, mut settlement: Settlement) -> Result<Self, StoreError> {
        let result = settlement.take_result().map(|result| rows::write_json(&*result)).transpose()?;
        Ok(Self { lease, settlement, result })
    }

    /// The task after the end of this attempt, if it still holds it.
    fn settled(
        &self,
        tasks: &mut HashMap<TaskId, Task>,
        session: &Session,
    ) -> Result<Settled<'_>, StoreError> {
        // Taken out: whoever else would settle it has lost it.
        let mut task = tasks.remove(&self.lease.id).ok_or(StoreError::LeaseLost)?;
        if let Err(error) = task.settle(self.lease.token, &self.settlement, session.now()) {
            tasks.insert(task.id(), task);
            return Err(error.into());
        }
        Ok((task, self.result.as_ref()))
    }
}

impl Operation for Settle {
    type Answer = Arc<Task>;

    async fn apply(&self, session: &mut Session) -> Result<Arc<Task>, StoreError> {
        let outcome = Self::apply_all(&[self], session).await?.pop();
        outcome.unwrap_or(Err(StoreError::LeaseLost))
    }
}

impl Together for Settle {
    async fn apply_all(
        operations: &[&Self],
        session: &mut Session,
    ) -> Result<Vec<Result<Arc<Task>, StoreError>>, StoreError> {
        let ids: Vec<TaskId> = operations.iter().map(|operation| operation.lease.id).collect();
        let mut tasks = session.load_all(&ids).await?;
        let outcomes: Vec<_> =
            operations.iter().map(|operation| operation.settled(&mut tasks, session)).collect();
        let settled: Vec<&Settled<'_>> = outcomes.iter().flatten().collect();
        keep(session, &settled).await?;
        for (task, _) in settled {
            session.saved(task).await?;
        }
        Ok(outcomes.into_iter().map(|outcome| outcome.map(|(task, _)| Arc::new(task))).collect())
    }
}

/// Writes the tasks and what they left.
async fn keep(session: &mut Session, settled: &[&Settled<'_>]) -> Result<(), StoreError> {
    for batch in batches(settled) {
        let results = format!(
            "INSERT INTO task_result (task, result) SELECT column1, column2 FROM ({}) WHERE column2 IS NOT NULL",
            values("(?, ?)", batch.len())
        );
        let mut statement = rows::update_tasks(batch.iter().map(|(task, _)| task), &results)?;
        for (task, result) in batch {
            statement = statement.bind(task.seq).bind(result.cloned());
        }
        session.execute(statement).await?;
    }
    Ok(())
}
