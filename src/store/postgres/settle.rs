//! How does an attempt end? By its lease token: all attempts that end at one moment are read at once and written at once.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::attempt::Lease;
use super::desk::Batch;
use super::explain::is_passing;
use super::hub::Hub;
use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{Settlement, Task, TaskId};

/// Ends the attempt.
pub(super) struct Settle {
    lease: Lease,
    settlement: Settlement,
    /// What is kept beside the record, as JSON, made once.
    result: Option<String>,
}

impl Settle {
    pub(super) fn new(lease: Lease, mut settlement: Settlement) -> Result<Self, StoreError> {
        let result = settlement.take_result().map(|result| rows::write_json(&*result)).transpose()?;
        Ok(Self { lease, settlement, result })
    }
}

impl Batch for Settle {
    type Answer = Arc<Task>;

    async fn do_all(hub: &Arc<Hub>, settlements: Vec<Arc<Self>>) -> Vec<Result<Arc<Task>, StoreError>> {
        let count = settlements.len();
        match hub.carry_out(&SettleMany::new(settlements.clone())).await {
            Ok(outcomes) => outcomes,
            Err(StoreError::Database(error)) if count > 1 && !is_passing(&error) => {
                // Each alone, so that none suffers for another.
                let mut outcomes = Vec::with_capacity(count);
                for one in settlements {
                    let settled = hub.carry_out(&SettleMany::new(vec![one])).await;
                    outcomes.push(
                        settled.and_then(|mut outcomes| outcomes.pop().unwrap_or(Err(StoreError::Closed))),
                    );
                }
                outcomes
            }
            Err(error) => hub.same_for_all(error, count),
        }
    }
}

/// Ends attempts together.
struct SettleMany {
    settlements: Vec<Arc<Settle>>,
    /// What a try wrote whose commit nobody answered: found like that, it was kept, and the attempt has ended as it
    /// said. Held for a look or a replacement.
    written: Mutex<HashMap<TaskId, Task>>,
}

impl SettleMany {
    fn new(settlements: Vec<Arc<Settle>>) -> Self {
        Self { settlements, written: Mutex::default() }
    }

    /// The task after the end of this attempt, if it still holds it; and whether that is to be written.
    fn settled(
        &self,
        settle: &Settle,
        tasks: &mut HashMap<TaskId, Task>,
        session: &Session,
    ) -> Result<(Task, bool), StoreError> {
        // Taken out: whoever else would settle it has lost it.
        let mut task = tasks.remove(&settle.lease.id).ok_or(StoreError::LeaseLost)?;
        if self.written.lock().get(&task.id()).is_some_and(|written| is_same(written, &task)) {
            return Ok((task, false));
        }
        let settlement = in_their_time(&settle.settlement, session);
        if let Err(error) = task.settle(settle.lease.token, &settlement, session.now()) {
            tasks.insert(task.id(), task);
            return Err(error.into());
        }
        Ok((task, true))
    }
}

/// Whether one is the other as it was written.
fn is_same(written: &Task, found: &Task) -> bool {
    (written.token, written.events, written.changed_at, written.status())
        == (found.token, found.events, found.changed_at, found.status())
}

/// When a task is tried again is counted from now, on the database's clock, however ours is set.
fn in_their_time(settlement: &Settlement, session: &Session) -> Settlement {
    match settlement {
        Settlement::Retry { failure, due } if session.hub.given().is_none() => {
            Settlement::Retry { failure: failure.clone(), due: *due + session.hub.ahead() }
        }
        other => other.clone(),
    }
}

impl Operation for SettleMany {
    type Answer = Vec<Result<Arc<Task>, StoreError>>;

    const IS_REPEATABLE: bool = true;

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        let ids: Vec<TaskId> = self.settlements.iter().map(|settle| settle.lease.id).collect();
        let mut tasks = session.lock_all(&ids).await?;
        let mut outcomes = Vec::with_capacity(self.settlements.len());
        let (mut ended, mut results) = (Vec::new(), Vec::new());
        for settle in &self.settlements {
            let outcome = self.settled(settle, &mut tasks, session).map(|(task, is_new)| {
                if is_new {
                    results.extend(settle.result.clone().map(|result| (task.seq, result)));
                    ended.push(task.clone());
                }
                Arc::new(task)
            });
            outcomes.push(outcome);
        }
        session.save_ended(&ended, results).await?;
        *self.written.lock() = ended.into_iter().map(|task| (task.id(), task)).collect();
        Ok(outcomes)
    }
}
