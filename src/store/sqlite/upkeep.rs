//! Who lives, and what is to be done about the others? Rescue, adoption and pruning: locks are asked first, then
//! the writer acts on rows that it reads again.

use std::sync::Arc;
use std::time::Duration;

use super::adopt::{ADOPT_BATCH, Adopt, LeaveBehind};
use super::feed::LetGo;
use super::parcels::DeleteParcels;
use super::prune::{Delete, Expire};
use super::rescue::Rescue;
use super::rows;
use super::store::SqliteStore;
use crate::store::{Adoption, FEED_REST, PRUNE_BATCH, StoreError};
use crate::task::{Lane, ProcessId, TaskId};

impl SqliteStore {
    /// Whether a process is dead, or has let its lease run out.
    pub(super) async fn has_any_to_rescue(&self) -> Result<bool, StoreError> {
        let lapsed = self.reader()?.lapsed_holders(self.process, self.clock.steady()).await?;
        Ok(!lapsed.is_empty() || !self.dead_among(self.reader()?.workers().await?).await?.is_empty())
    }

    /// Rescues the tasks of every dead process, and forgets the process; then those of living ones whose lease
    /// has run out.
    pub(super) async fn rescue_dead(&self) -> Result<Vec<TaskId>, StoreError> {
        let mut rescued = Vec::new();
        for process in self.dead_among(self.reader()?.workers().await?).await? {
            rescued.extend(self.writer.apply(Rescue { process, is_dead: true }).await?);
            self.presence.forget(process);
        }
        for process in self.reader()?.lapsed_holders(self.process, self.clock.steady()).await? {
            rescued.extend(self.writer.apply(Rescue { process, is_dead: false }).await?);
        }
        Ok(rescued)
    }

    /// Goes on with the young tasks of dead submitters, and leaves the old ones.
    pub(super) async fn adopt_waiting(&self, max_age: Duration) -> Result<Adoption, StoreError> {
        let young_after = self.clock.before(max_age);
        let live_lanes =
            lane_names(self.live_workers().await?.filter(|(process, _)| *process != self.process))?;
        let mut adoption = Adoption::default();
        for dead in self.dead_among(self.reader()?.submitters().await?).await? {
            let mut batch = ADOPT_BATCH;
            while batch == ADOPT_BATCH {
                batch = self.writer.apply(Adopt { dead, young_after }).await?;
                adoption.adopted += batch;
            }
            batch = ADOPT_BATCH;
            while batch == ADOPT_BATCH {
                let live_lanes = live_lanes.clone();
                batch = self.writer.apply(LeaveBehind { dead, young_after, live_lanes }).await?;
                adoption.left_behind += batch;
            }
        }
        Ok(adoption)
    }

    /// Deletes a batch of final tasks whose retention is over, lets go of the feeds that nobody follows, and lets a batch
    /// of forsaken tasks expire.
    pub(super) async fn prune_old(&self, expiry: Duration) -> Result<usize, StoreError> {
        let (now, cutoff) = (self.clock.now(), self.clock.before(expiry));
        let mut pruned = 0;
        if self.reader()?.has_any_kept_until(now).await? {
            pruned = self.writer.apply(Delete { now }).await?;
        }
        if self.reader()?.has_idle_parcel(now).await? {
            self.writer.apply(DeleteParcels { now }).await?;
        }
        let unfollowed = self.clock.before(FEED_REST);
        if self.reader()?.has_feed_to_let_go(unfollowed).await? {
            while self.writer.apply(LetGo { cutoff: unfollowed }).await? {}
        }
        let forsaken = self.dead_among(self.reader()?.submitters().await?).await?;
        if forsaken.is_empty() {
            return Ok(pruned);
        }
        let live_lanes = lane_names(self.live_workers().await?)?;
        let mut expired = 0;
        for dead in forsaken {
            let (live_lanes, limit) = (live_lanes.clone(), PRUNE_BATCH - expired);
            expired += self.writer.apply(Expire { dead, cutoff, live_lanes, limit }).await?;
        }
        Ok(pruned + expired)
    }

    /// The living processes that work, with their lanes; this one too if it joined.
    pub(super) async fn live_workers(
        &self,
    ) -> Result<impl Iterator<Item = (ProcessId, Vec<Lane>)>, StoreError> {
        let workers = self.reader()?.lanes_by_process().await?;
        let dead = self.dead_among(workers.iter().map(|(process, _)| *process).collect()).await?;
        Ok(workers.into_iter().filter(move |(process, _)| !dead.contains(process)))
    }

    /// Which of these processes are dead; asked of the file system on a thread that may block.
    pub(super) async fn dead_among(
        &self,
        mut processes: Vec<ProcessId>,
    ) -> Result<Vec<ProcessId>, StoreError> {
        processes.retain(|process| *process != self.process);
        if processes.is_empty() {
            return Ok(processes);
        }
        let presence = Arc::clone(&self.presence);
        let asked = tokio::task::spawn_blocking(move || presence.dead_among(processes));
        asked.await.map_err(|_| StoreError::Closed)
    }
}

/// The lanes of these workers as a JSON array.
fn lane_names(workers: impl Iterator<Item = (ProcessId, Vec<Lane>)>) -> Result<String, StoreError> {
    rows::write_json(&workers.flat_map(|(_, lanes)| lanes).collect::<Vec<_>>())
}
