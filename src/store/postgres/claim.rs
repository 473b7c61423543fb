//! How does a process get work? The heads of its lanes, and of these the best; where limits hold, the best of
//! those that may run. What another process is about to take is passed over and not waited for.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Row};

use super::operation::{Operation, Told};
use super::rows;
use super::session::{Session, Statement};
use super::{columns, membership, tally, text};
use crate::store::limits::Running;
use crate::store::{Limits, StoreError};
use crate::task::{Lane, Task};

/// Takes up to `wanted` tasks of these lanes for this process.
pub(super) struct Claim {
    pub(super) lanes: Vec<Lane>,
    pub(super) wanted: usize,
    pub(super) limits: Arc<Limits>,
}

/// The best tasks of some lanes but those of some owners, locked, first to last. No lane is read further than is
/// wanted, along its index. How many lanes there are and how many tasks are wanted stands in the text: a plan for any
/// number would not trust the index, and one for each list would be made anew each time.
fn best(lanes: Vec<String>, full_owners: Vec<String>, wanted: usize) -> Statement {
    let mut heads = String::from("WITH heads AS MATERIALIZED (SELECT head.* FROM (VALUES ");
    // Writing into a string does not fail.
    for number in 1..=lanes.len() {
        write!(heads, "{}(${number}::text)", if number == 1 { "" } else { ", " }).ok();
    }
    heads.push_str(
        ") AS lane (name) CROSS JOIN LATERAL ( \
             SELECT * FROM testgen.task WHERE status = 'queued' AND task.lane = lane.name ",
    );
    if !full_owners.is_empty() {
        write!(heads, "AND task.owner <> ALL (${}::text[]) ", lanes.len() + 1).ok();
    }
    write!(heads, "ORDER BY priority, rank, seq LIMIT {wanted} FOR UPDATE SKIP LOCKED) AS head), ").ok();
    write!(heads, "best AS (SELECT * FROM heads ORDER BY priority, rank, seq LIMIT {wanted}) ").ok();
    heads.push_str(rows::select_tasks!("best", "ORDER BY priority, rank, seq"));
    let query = lanes.into_iter().fold(sqlx::query(AssertSqlSafe(heads)), Query::bind);
    if full_owners.is_empty() { query } else { query.bind(full_owners) }
}

impl Claim {
    /// Takes the best tasks, whoever owns them.
    async fn take_best(&self, session: &mut Session) -> Result<Vec<Task>, StoreError> {
        let mut claimed = session.select(best(names(&self.lanes), Vec::new(), self.wanted)).await?;
        take(session, &mut claimed).await?;
        Ok(claimed)
    }

    /// Takes the best tasks that no limit holds back. All processes that go by limits do so one after the other, so
    /// that what they count together is never exceeded.
    async fn take_allowed(&self, session: &mut Session, limits: &Limits) -> Result<Vec<Task>, StoreError> {
        const ANY: &str = "SELECT 1 FROM testgen.task WHERE status = 'queued' AND lane = ANY ($1) LIMIT 1";
        // Whoever finds nothing holds up nobody.
        if session.rows(sqlx::query(ANY).bind(names(&self.lanes))).await?.is_empty() {
            return Ok(Vec::new());
        }
        session.execute(sqlx::query(tally::LOCK_CLAIMS)).await?;
        let mut running = running(session, &self.lanes).await?;
        let wanted = running.room(limits, self.wanted);
        let mut claimed: Vec<Task> = Vec::new();
        while claimed.len() < wanted {
            let candidates = self.candidates(session, (limits, &running), wanted - claimed.len()).await?;
            let mut allowed = Vec::with_capacity(candidates.len());
            for task in candidates {
                let (owner, lane) = (&task.new.owner, &task.new.lane);
                if running.has_room_for_owner(limits, owner) && running.has_room_in_lane(limits, lane) {
                    running.count(owner, lane, 1);
                    allowed.push(task);
                }
            }
            if allowed.is_empty() {
                break;
            }
            take(session, &mut allowed).await?;
            // Who was passed over has made room for others, until nothing more may run.
            claimed.append(&mut allowed);
        }
        Ok(claimed)
    }

    /// The best tasks of the lanes and owners that have room.
    async fn candidates(
        &self,
        session: &mut Session,
        (limits, running): (&Limits, &Running),
        wanted: usize,
    ) -> Result<Vec<Task>, StoreError> {
        let open = self.lanes.iter().filter(|lane| running.has_room_in_lane(limits, lane));
        let full: Vec<String> = running.full_owners(limits).map(text::write).collect();
        match names(open) {
            none if none.is_empty() => Ok(Vec::new()),
            lanes => session.select(best(lanes, full, wanted)).await,
        }
    }
}

/// Each once.
fn names<'a>(lanes: impl IntoIterator<Item = &'a Lane>) -> Vec<String> {
    let names: BTreeSet<&str> = lanes.into_iter().map(Lane::as_str).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// Takes tasks, ordered by priority and rank.
async fn take(session: &mut Session, tasks: &mut [Task]) -> Result<(), StoreError> {
    if tasks.is_empty() {
        return Ok(());
    }
    let now = session.now();
    for task in tasks.iter_mut() {
        task.claim(session.process(), now)?;
    }
    session.execute(columns::claim_tasks(tasks)?).await.map(drop)
}

/// What runs in all processes beside these lanes, counted; there are never more than workers.
async fn running(session: &mut Session, lanes: &[Lane]) -> Result<Running, StoreError> {
    const RUNNING: &str =
        "SELECT owner, lane, count(*) FROM testgen.task WHERE status = 'running' GROUP BY owner, lane";
    let mut running = Running::beside(lanes);
    for row in session.rows(sqlx::query(RUNNING)).await? {
        let lane = Lane::from(row.try_get::<String, _>(1)?);
        running.count(&text::read(row.try_get(0)?), &lane, rows::read_number(&row, 2)?);
    }
    Ok(running)
}

impl Operation for Claim {
    type Answer = Vec<Arc<Task>>;

    /// Others can do nothing about it.
    fn told(claimed: &Self::Answer) -> Told {
        Told::Soon.of(claimed.len())
    }

    async fn apply(&self, session: &mut Session) -> Result<Vec<Arc<Task>>, StoreError> {
        membership::keep_lease(session).await?;
        if self.lanes.is_empty() || self.wanted == 0 {
            return Ok(Vec::new());
        }
        let claimed = match self.limits.of_claim(&self.lanes) {
            Some(limits) => self.take_allowed(session, &limits).await?,
            None => self.take_best(session).await?,
        };
        Ok(claimed.into_iter().map(Arc::new).collect())
    }
}
