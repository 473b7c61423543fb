//! Who takes part? The rows by which processes tell each other their lanes, and whether others wrote.

use sqlx::Row;

use super::operation::Operation;
use super::rows;
use super::session::Session;
use crate::store::StoreError;

/// Tells the others which lanes this process works.
pub(super) struct Join {
    /// A JSON array of names.
    pub(super) lanes: String,
}

impl Operation for Join {
    type Answer = ();

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const JOIN: &str = "INSERT INTO worker (process, lanes, joined_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT (process) DO UPDATE SET lanes = excluded.lanes";
        let statement = sqlx::query(JOIN)
            .bind(rows::write_process(session.process))
            .bind(self.lanes.clone())
            .bind(rows::write_time(session.now()));
        session.execute(statement).await.map(drop)
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
