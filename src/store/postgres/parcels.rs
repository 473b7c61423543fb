//! Projects that travel, under their digests: kept for as long as a task may need them.

use std::sync::Arc;

use sqlx::Row;

use super::operation::{Operation, Told, Way};
use super::rows;
use super::session::Session;
use crate::store::{PARCEL_REST, StoreError};
use crate::task::{ParcelId, TaskId};

/// Keeps a parcel for a task; answers whether it is there.
pub(super) struct KeepParcel {
    pub(super) id: ParcelId,
    pub(super) task: TaskId,
    /// `None` renews one that is there.
    pub(super) contents: Option<Arc<[u8]>>,
}

impl Operation for KeepParcel {
    type Answer = bool;

    const IS_REPEATABLE: bool = true;
    /// Megabytes may go over a slow line.
    const ANSWER: Option<std::time::Duration> = Some(std::time::Duration::from_mins(2));

    fn told(_: &Self::Answer) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<bool, StoreError> {
        const KEEP: &str =
            "INSERT INTO testgen.parcel (id, contents, used_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        const RENEW: &str = "UPDATE testgen.parcel SET used_at = $2 WHERE id = $1";
        const USE: &str =
            "INSERT INTO testgen.parcel_use (parcel, task) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let (id, now) = (self.id.as_bytes().to_vec(), rows::write_time(session.now()));
        if let Some(contents) = &self.contents {
            session.execute(sqlx::query(KEEP).bind(id.clone()).bind(contents.to_vec()).bind(now)).await?;
        }
        if session.execute(sqlx::query(RENEW).bind(id.clone()).bind(now)).await? == 0 {
            return Ok(false);
        }
        session.execute(sqlx::query(USE).bind(id).bind(self.task.as_uuid())).await?;
        Ok(true)
    }
}

/// What a parcel holds.
pub(super) struct Contents(pub(super) ParcelId);

impl Operation for Contents {
    type Answer = Option<Vec<u8>>;

    const WAY: Way = Way::Reading;
    const ANSWER: Option<std::time::Duration> = Some(std::time::Duration::from_mins(2));

    async fn apply(&self, session: &mut Session) -> Result<Option<Vec<u8>>, StoreError> {
        const ONE: &str = "SELECT contents FROM testgen.parcel WHERE id = $1";
        let found = session.rows(sqlx::query(ONE).bind(self.0.as_bytes().to_vec())).await?;
        Ok(found.first().map(|row| row.try_get(0)).transpose()?)
    }
}

/// Deletes the parcels that no task needs any more: of a completed task there is no next attempt.
pub(super) struct DeleteParcels;

impl Operation for DeleteParcels {
    type Answer = ();

    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const DELETE: &str = "DELETE FROM testgen.parcel WHERE used_at < $1 AND NOT EXISTS ( \
                 SELECT FROM testgen.parcel_use JOIN testgen.task ON task.id = parcel_use.task \
                 WHERE parcel_use.parcel = parcel.id AND task.status <> 'completed')";
        let before = rows::write_time(session.now() - PARCEL_REST);
        session.execute(sqlx::query(DELETE).bind(before)).await?;
        Ok(())
    }
}
