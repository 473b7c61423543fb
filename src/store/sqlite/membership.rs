//! Who takes part? The rows by which processes tell each other their lanes, and whether others wrote.

use std::time::Duration;

use sqlx::Row;

use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::store::clock::boot;
use crate::task::{Program, TaskId};

/// Tells the others which lanes this process works, and takes its lease.
pub(super) struct Join {
    /// A JSON array of names.
    pub(super) lanes: String,
    pub(super) lease: Duration,
}

impl Operation for Join {
    type Answer = ();

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const JOIN: &str = "INSERT INTO worker \
             (process, lanes, joined_at, boot, lease_until, host, pid, version, seen_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?3) ON CONFLICT (process) DO UPDATE \
             SET lanes = excluded.lanes, boot = excluded.boot, lease_until = excluded.lease_until, \
             seen_at = excluded.seen_at";
        let Program { host, pid, version } = Program::this();
        let statement = sqlx::query(JOIN)
            .bind(rows::write_process(session.process))
            .bind(self.lanes.clone())
            .bind(rows::write_time(session.now()))
            .bind(boot())
            .bind(session.take_lease(self.lease))
            .bind(String::from(host))
            .bind(pid)
            .bind(String::from(version));
        session.execute(statement).await.map(drop)
    }
}

/// Renews the lease of this process, and looks what it holds.
pub(super) struct Heartbeat {
    pub(super) lease: Duration,
}

impl Operation for Heartbeat {
    type Answer = Vec<(TaskId, u64)>;

    const MAY_LINGER: bool = true;

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        const RENEW: &str = "UPDATE worker SET boot = ?2, lease_until = ?3, seen_at = ?4 WHERE process = ?1; \
             SELECT id, token FROM task WHERE status = 'running' AND process = ?1";
        let query = sqlx::query(RENEW)
            .bind(rows::write_process(session.process))
            .bind(boot())
            .bind(session.take_lease(self.lease))
            .bind(rows::write_time(session.now()));
        let held = query.fetch_all(&mut session.connection).await?;
        held.iter()
            .map(|row| Ok((TaskId::from(rows::read_uuid(row.try_get(0)?)?), rows::read_number(row, 1)?)))
            .collect()
    }
}

/// Tells the others that this process works no more.
pub(super) struct Leave;

impl Operation for Leave {
    type Answer = ();

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const LEAVE: &str = "DELETE FROM worker WHERE process = ?1";
        let process = rows::write_process(session.process);
        session.execute(sqlx::query(LEAVE).bind(process)).await.map(drop)
    }
}

/// Whether another process has committed since the last time this was asked. Asked of the writer's own
/// connection: there, and only there, this process's writes do not count.
pub(super) struct ChangedElsewhere;

impl Operation for ChangedElsewhere {
    type Answer = bool;

    const ONLY_READS: bool = true;

    async fn apply(&self, session: &mut Session) -> Result<bool, StoreError> {
        let row = sqlx::query("PRAGMA data_version").fetch_one(&mut session.connection).await?;
        let version: i64 = row.try_get(0)?;
        Ok(std::mem::replace(&mut session.data_version, version) != version)
    }
}
