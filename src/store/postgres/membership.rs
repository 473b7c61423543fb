//! Who takes part? The rows by which processes tell each other their lanes, and until when they count.
//!
//! Two times stand in a row, both by the database's clock. The *lease* is renewed by the engine, by hand of its
//! heartbeat: when it has run out, others take what the process runs. The *sight* is renewed by the store itself, so
//! that a process which only submits and waits counts as alive too.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Row;
use uuid::Uuid;

use super::hub::Hub;
use super::operation::{Operation, Told, Way};
use super::rows;
use super::session::{Session, Statement};
use crate::store::StoreError;
use crate::task::{Lane, ProcessId, Program, TaskId};

/// How long a process counts as alive without a sign of life, and how long a claim is covered before the process joins.
pub(super) const SIGHT: Duration = Duration::from_secs(45);

/// How often a process says that it is alive.
const BEAT: Duration = Duration::from_secs(10);

/// How long a sign of life may take: there is time for more than one try before it is missed.
pub(super) const SOON: Duration = Duration::from_secs(5);

/// The lease that this process took last, as it knows it itself.
#[derive(Debug, Clone)]
pub(super) struct HeldLease {
    length: Duration,
    /// Until when it surely holds, on this machine's clock that no one sets.
    until: i64,
    lanes: Vec<String>,
}

impl Default for HeldLease {
    fn default() -> Self {
        Self { length: SIGHT, until: i64::MIN, lanes: Vec::new() }
    }
}

/// Adds the row of a process.
macro_rules! stand_as {
    () => {
        "INSERT INTO testgen.worker \
             (process, lanes, joined_at, lease_until, seen_until, host, pid, version, seen_at) \
         VALUES ($1, $2, testgen.moment($3), testgen.moment($4) + $5, testgen.moment($4) + $6, \
             $7, $8, $9, testgen.moment($3)) "
    };
}

/// What of a row is renewed.
macro_rules! renewed {
    () => {
        "lease_until = excluded.lease_until, \
         seen_until = greatest(worker.seen_until, excluded.seen_until), \
         joined_at = CASE WHEN worker.lanes = '{}' THEN excluded.joined_at ELSE worker.joined_at END, \
         host = excluded.host, pid = excluded.pid, version = excluded.version, seen_at = excluded.seen_at "
    };
}

/// Adds or renews the row of a process: its lanes, and its two times from now on.
const STAND: &str =
    concat!(stand_as!(), "ON CONFLICT (process) DO UPDATE SET lanes = excluded.lanes, ", renewed!());

/// Takes a lease: notes it, and makes the statement that does so.
fn stand(session: &mut Session, text: &'static str, change: impl FnOnce(&mut HeldLease)) -> Statement {
    let (hub, program) = (&session.hub, Program::this());
    let mut lease = hub.lease.lock();
    session.lease_before.get_or_insert(lease.until);
    change(&mut lease);
    lease.until = hub.clock.steady().saturating_add(microseconds(lease.length));
    sqlx::query(text)
        .bind(hub.process.as_uuid())
        .bind(lease.lanes.clone())
        .bind(hub.given_now())
        .bind(hub.given_steady())
        .bind(microseconds(lease.length))
        .bind(microseconds(SIGHT))
        .bind(String::from(program.host))
        .bind(i64::from(program.pid))
        .bind(String::from(program.version))
}

fn microseconds(length: Duration) -> i64 {
    // Far enough ahead, and no sum of it with a time overflows.
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX).min(i64::MAX / 4)
}

/// Takes the lease anew.
pub(super) async fn renew(session: &mut Session) -> Result<(), StoreError> {
    let statement = stand(session, STAND, |_| ());
    session.execute(statement).await.map(drop)
}

/// Renews a lease that has run out or is about to, as that of a process that hung: what is claimed now must not be taken
/// from it at once.
pub(super) async fn keep_lease(session: &mut Session) -> Result<(), StoreError> {
    let hub = &session.hub;
    let is_due = {
        let lease = hub.lease.lock();
        // What a test steers is to the microsecond; else the clocks may run at slightly different speeds.
        let margin = if hub.given().is_some() { 0 } else { microseconds(lease.length) / 4 };
        lease.until.saturating_sub(margin) <= hub.clock.steady()
    };
    if is_due { renew(session).await } else { Ok(()) }
}

/// The lease was not written: it holds as long as it held before.
pub(super) fn take_back(session: &Session) {
    if let Some(before) = session.lease_before {
        session.hub.lease.lock().until = before;
    }
}

/// Nobody knows whether the lease was written: it counts as run out.
pub(super) fn forget(session: &Session) {
    session.hub.lease.lock().until = i64::MIN;
}

/// Tells the others which lanes this process works, and takes its lease.
pub(super) struct Join {
    pub(super) lanes: Vec<Lane>,
    pub(super) lease: Duration,
}

impl Operation for Join {
    type Answer = ();

    const WAY: Way = Way::Statement;
    const IS_REPEATABLE: bool = true;
    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        let statement = stand(session, STAND, |lease| {
            lease.length = self.lease;
            lease.lanes = self.lanes.iter().map(|lane| lane.as_str().to_owned()).collect();
        });
        session.execute(statement).await.map(drop).inspect_err(|_| forget(session))
    }
}

/// Renews the lease of this process, and looks what it holds: one statement.
pub(super) struct Heartbeat {
    pub(super) lease: Duration,
}

impl Operation for Heartbeat {
    type Answer = Vec<(TaskId, u64)>;

    const WAY: Way = Way::Statement;
    const IS_REPEATABLE: bool = true;
    const ANSWER: Option<Duration> = Some(SOON);

    fn told(_: &Self::Answer) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        const BEAT: &str = concat!(
            "WITH stand AS (",
            stand_as!(),
            "ON CONFLICT (process) DO UPDATE SET ",
            renewed!(),
            ") SELECT id, token FROM testgen.task WHERE status = 'running' AND process = $1"
        );
        let query = stand(session, BEAT, |lease| lease.length = self.lease);
        let held = session.rows(query).await.inspect_err(|_| forget(session))?;
        held.iter()
            .map(|row| Ok((TaskId::from(row.try_get::<Uuid, _>(0)?), rows::read_number(row, 1)?)))
            .collect()
    }
}

/// Says that this process lives, whatever it does.
pub(super) struct BeSeen;

impl Operation for BeSeen {
    type Answer = ();

    const WAY: Way = Way::Statement;
    const IS_REPEATABLE: bool = true;
    const ANSWER: Option<Duration> = Some(SOON);

    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const SEEN: &str = "INSERT INTO testgen.worker (process, lanes, joined_at, lease_until, seen_until) \
             VALUES ($1, '{}', testgen.moment($2), 0, testgen.moment($3) + $4) \
             ON CONFLICT (process) DO UPDATE SET seen_until = excluded.seen_until";
        let hub = &session.hub;
        let statement = sqlx::query(SEEN)
            .bind(hub.process.as_uuid())
            .bind(hub.given_now())
            .bind(hub.given_steady())
            .bind(microseconds(SIGHT));
        session.execute(statement).await.map(drop)
    }
}

/// Says again and again that this process lives, until its store is closed; a test says so itself.
pub(super) async fn stay_in_sight(hub: Arc<Hub>) {
    while hub.given().is_none() {
        // A sign that is under way is waited for: it must not come after the farewell.
        tokio::select! {
            () = hub.closing.cancelled() => return,
            () = tokio::time::sleep(BEAT) => {}
        }
        if let Err(error) = hub.carry_out(&BeSeen).await {
            tracing::debug!(%error, "this process could not say that it lives");
        }
    }
}

/// Tells the others that this process works no more, or has gone altogether.
pub(super) struct Leave {
    pub(super) is_gone: bool,
}

impl Operation for Leave {
    type Answer = ();

    const WAY: Way = Way::Statement;
    const IS_REPEATABLE: bool = true;

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const LEAVE: &str = "UPDATE testgen.worker SET lanes = '{}' WHERE process = $1";
        const GO: &str = "DELETE FROM testgen.worker WHERE process = $1";
        session.hub.lease.lock().lanes.clear();
        let text = if self.is_gone { GO } else { LEAVE };
        session.execute(sqlx::query(text).bind(session.process().as_uuid())).await.map(drop)
    }
}

/// A process that works, and the lanes it works.
pub(super) type Worker = (ProcessId, Vec<Lane>);

/// The living processes that work.
pub(super) struct LiveWorkers;

impl Operation for LiveWorkers {
    type Answer = Vec<Worker>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Vec<Worker>, StoreError> {
        const LIVE: &str = "SELECT process, lanes FROM testgen.worker \
             WHERE lanes <> '{}' AND lease_until >= (SELECT testgen.moment($1))";
        let given = session.hub.given_steady();
        let found = session.rows(sqlx::query(LIVE).bind(given)).await?;
        let read = found.iter().map(|row| {
            let lanes: Vec<String> = row.try_get(1)?;
            Ok((ProcessId::from(row.try_get::<Uuid, _>(0)?), lanes.into_iter().map(Lane::from).collect()))
        });
        read.collect()
    }
}
