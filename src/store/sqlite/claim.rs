//! How does a process get work? The heads of its lanes, and of these the best; where limits hold, the best of
//! those that may run.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::Row;

use super::batch::batches;
use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::limits::Running;
use crate::store::{Limits, StoreError};
use crate::task::{Lane, Task};

/// Takes up to `wanted` tasks of these lanes for this process.
pub(super) struct Claim {
    pub(super) lanes: Vec<Lane>,
    pub(super) wanted: usize,
    pub(super) limits: Arc<Limits>,
}

impl Claim {
    /// The best tasks of some lanes, first to last. No lane is read further than is wanted.
    async fn best(session: &mut Session, lanes: &[Lane], wanted: usize) -> Result<Vec<Task>, StoreError> {
        const HEADS: &str = rows::select_tasks!(
            "WHERE status = 'queued' AND lane = ?1 ORDER BY priority, rank, seq LIMIT +?2"
        );
        let mut best = Vec::new();
        for lane in lanes {
            let query = sqlx::query(HEADS).bind(lane.as_str().to_owned()).bind(rows::write_count(wanted));
            best.extend(session.select(query).await?);
        }
        Ok(first_of(best, wanted))
    }

    /// Takes the best tasks, whoever owns them.
    async fn take_best(&self, session: &mut Session) -> Result<Vec<Task>, StoreError> {
        let mut claimed = Self::best(session, &self.lanes, self.wanted).await?;
        take(session, &mut claimed).await?;
        Ok(claimed)
    }

    /// Takes the best tasks that no limit holds back.
    async fn take_allowed(&self, session: &mut Session, limits: &Limits) -> Result<Vec<Task>, StoreError> {
        if Self::best(session, &self.lanes, 1).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mut running = running(session, &self.lanes).await?;
        let wanted = running.room(limits, self.wanted);
        let mut claimed: Vec<Task> = Vec::new();
        loop {
            let candidates = self.candidates(session, (limits, &running), wanted - claimed.len()).await?;
            let mut allowed = Vec::with_capacity(candidates.len());
            for task in candidates {
                let (owner, lane) = (&task.new.owner, &task.new.lane);
                if running.has_room_for_owner(limits, owner) && running.has_room_in_lane(limits, lane) {
                    running.count(owner, lane, 1);
                    allowed.push(task);
                }
            }
            take(session, &mut allowed).await?;
            let found_none = allowed.is_empty();
            claimed.append(&mut allowed);
            // Who was passed over has made room for others, until nothing more may run.
            if claimed.len() == wanted || found_none {
                return Ok(claimed);
            }
        }
    }

    /// The best tasks of the lanes and owners that have room.
    async fn candidates(
        &self,
        session: &mut Session,
        (limits, running): (&Limits, &Running),
        wanted: usize,
    ) -> Result<Vec<Task>, StoreError> {
        const HEADS: &str = rows::select_tasks!(
            "WHERE status = 'queued' AND lane = ?1 AND owner NOT IN (SELECT value FROM json_each(?3)) \
             ORDER BY priority, rank, seq LIMIT +?2"
        );
        let full = rows::write_json(&running.full_owners(limits).collect::<Vec<_>>())?;
        let mut best = Vec::new();
        for lane in self.lanes.iter().filter(|lane| running.has_room_in_lane(limits, lane)) {
            let query = sqlx::query(HEADS)
                .bind(lane.as_str().to_owned())
                .bind(rows::write_count(wanted))
                .bind(full.clone());
            best.extend(session.select(query).await?);
        }
        Ok(first_of(best, wanted))
    }
}

fn first_of(mut tasks: Vec<Task>, wanted: usize) -> Vec<Task> {
    tasks.sort_by_key(|task| (task.new.priority, task.rank, task.seq));
    tasks.dedup_by_key(|task| task.seq);
    tasks.truncate(wanted);
    tasks
}

/// Takes tasks, ordered by priority and rank. The ranks of claimed tasks have had their turn.
async fn take(session: &mut Session, tasks: &mut [Task]) -> Result<(), StoreError> {
    const TURNS: &str = "UPDATE turn SET rank = value ->> 1 FROM json_each(?) \
         WHERE priority = value ->> 0 AND rank < value ->> 1";
    let now = session.now();
    for task in tasks.iter_mut() {
        task.claim(session.process, now)?;
    }
    for batch in batches(tasks) {
        let turns: BTreeMap<_, _> = batch.iter().map(|task| (task.new.priority, task.rank)).collect();
        let turns: Vec<_> = turns.iter().map(|(priority, rank)| (priority.as_number(), rank)).collect();
        let statement = rows::update_tasks(batch, TURNS)?.bind(rows::write_json(&turns)?);
        session.execute(statement).await?;
    }
    Ok(())
}

/// What runs in all processes beside these lanes, counted.
async fn running(session: &mut Session, lanes: &[Lane]) -> Result<Running, StoreError> {
    const TALLY: &str =
        "SELECT owner, lane, sum(number) FROM tally WHERE status = 'running' GROUP BY owner, lane";
    let mut running = Running::beside(lanes);
    for row in sqlx::query(TALLY).fetch_all(&mut session.connection).await? {
        let lane = Lane::from(row.try_get::<String, _>(1)?);
        running.count(row.try_get(0)?, &lane, rows::read_number(&row, 2)?);
    }
    Ok(running)
}

impl Operation for Claim {
    type Answer = Vec<Arc<Task>>;

    async fn apply(&self, session: &mut Session) -> Result<Vec<Arc<Task>>, StoreError> {
        session.keep_lease().await?;
        let claimed = match self.limits.of_claim(&self.lanes) {
            Some(limits) => self.take_allowed(session, &limits).await?,
            None => self.take_best(session).await?,
        };
        Ok(claimed.into_iter().map(Arc::new).collect())
    }
}
