//! What is to be done about processes that are gone? Rescue, adoption and pruning: each looks first, and then acts in
//! transactions that look again.

use std::time::Duration;

use super::adopt::{ADOPT_BATCH, Adopt, LeaveBehind};
use super::feed::LetGo;
use super::membership::{LiveWorkers, Worker};
use super::operation::{Operation, Way};
use super::parcels::DeleteParcels;
use super::prune::{Delete, Expire};
use super::rescue::{LapsedHolders, Rescue};
use super::rows;
use super::session::Session;
use super::store::PostgresStore;
use super::tally::Compact;
use crate::store::{Adoption, PRUNE_BATCH, StoreError};
use crate::task::{ProcessId, TaskId};

/// The processes that submitted tasks which wait, and that nobody has seen for a while. Skips from one to the next in
/// the index, so that a million tasks of one process cost no more than one.
struct DeadSubmitters;

impl Operation for DeadSubmitters {
    type Answer = Vec<ProcessId>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Vec<ProcessId>, StoreError> {
        const DEAD: &str = "WITH RECURSIVE found (process) AS ( \
                 (SELECT submitter FROM testgen.task WHERE status IN ('pending', 'queued') ORDER BY submitter LIMIT 1) \
                 UNION ALL \
                 SELECT (SELECT submitter FROM testgen.task \
                         WHERE status IN ('pending', 'queued') AND submitter > found.process \
                         ORDER BY submitter LIMIT 1) \
                 FROM found WHERE found.process IS NOT NULL \
             ) SELECT process FROM found WHERE process IS NOT NULL AND process <> $1 AND NOT EXISTS ( \
                 SELECT FROM testgen.worker WHERE worker.process = found.process \
                 AND greatest(lease_until, seen_until) >= (SELECT testgen.moment($2)) \
             )";
        let query = sqlx::query(DEAD).bind(session.process().as_uuid()).bind(session.hub.given_steady());
        rows::read_processes(&session.rows(query).await?)
    }
}

impl PostgresStore {
    /// Whether a process has let its lease run out.
    pub(super) async fn has_any_to_rescue(&self) -> Result<bool, StoreError> {
        Ok(!self.hub.apply(LapsedHolders).await?.is_empty())
    }

    /// Rescues the tasks of every process whose lease has run out.
    pub(super) async fn rescue_lapsed(&self) -> Result<Vec<TaskId>, StoreError> {
        let mut rescued = Vec::new();
        for process in self.hub.apply(LapsedHolders).await? {
            rescued.extend(self.hub.apply(Rescue { process }).await?);
        }
        Ok(rescued)
    }

    /// Goes on with the young tasks of dead submitters, and leaves the old ones.
    pub(super) async fn adopt_waiting(&self, max_age: Duration) -> Result<Adoption, StoreError> {
        let workers = self.hub.apply(LiveWorkers).await?.into_iter();
        let live_lanes = lane_names(workers.filter(|(process, _)| *process != self.hub.process));
        let mut adoption = Adoption::default();
        for dead in self.hub.apply(DeadSubmitters).await? {
            let mut batch = ADOPT_BATCH;
            while batch == ADOPT_BATCH {
                batch = self.hub.apply(Adopt { dead, max_age }).await?;
                adoption.adopted += batch;
            }
            batch = ADOPT_BATCH;
            while batch == ADOPT_BATCH {
                let live_lanes = live_lanes.clone();
                batch = self.hub.apply(LeaveBehind { dead, max_age, live_lanes }).await?;
                adoption.left_behind += batch;
            }
        }
        Ok(adoption)
    }

    /// Deletes a batch of final tasks whose retention is over, lets go of the feeds that nobody follows, and lets a batch
    /// of forsaken tasks expire.
    pub(super) async fn prune_old(&self, expiry: Duration) -> Result<usize, StoreError> {
        let deleted = self.hub.apply(Delete).await?;
        self.hub.apply(Compact).await?;
        self.hub.apply(DeleteParcels).await?;
        self.hub.apply(LetGo).await?;
        let forsaken = self.hub.apply(DeadSubmitters).await?;
        if forsaken.is_empty() {
            return Ok(deleted);
        }
        let live_lanes = lane_names(self.hub.apply(LiveWorkers).await?.into_iter());
        let mut expired = 0;
        for dead in forsaken {
            let (live_lanes, limit) = (live_lanes.clone(), PRUNE_BATCH - expired);
            expired += self.hub.apply(Expire { dead, expiry, live_lanes, limit }).await?;
        }
        Ok(deleted + expired)
    }
}

/// The lanes of these workers.
fn lane_names(workers: impl Iterator<Item = Worker>) -> Vec<String> {
    workers.flat_map(|(_, lanes)| lanes).map(|lane| lane.as_str().to_owned()).collect()
}
