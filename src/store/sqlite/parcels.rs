//! Projects that travel, under their digests: kept for as long as a task may need them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::operation::Operation;
use super::reader::Reader;
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

    async fn apply(&self, session: &mut Session) -> Result<bool, StoreError> {
        const KEEP: &str =
            "INSERT INTO parcel (id, contents, used_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        const RENEW: &str = "UPDATE parcel SET used_at = ?2 WHERE id = ?1";
        const USE: &str = "INSERT INTO parcel_use (parcel, task) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let (id, now) = (self.id.as_bytes().to_vec(), rows::write_time(session.now()));
        if let Some(contents) = &self.contents {
            session.execute(sqlx::query(KEEP).bind(id.clone()).bind(contents.to_vec()).bind(now)).await?;
        }
        if session.execute(sqlx::query(RENEW).bind(id.clone()).bind(now)).await? == 0 {
            return Ok(false);
        }
        session.execute(sqlx::query(USE).bind(id).bind(rows::write_id(self.task))).await?;
        Ok(true)
    }
}

/// Deletes the parcels that no task needs any more.
pub(super) struct DeleteParcels {
    pub(super) now: DateTime<Utc>,
}

/// Of a completed task there is no next attempt.
macro_rules! idle_parcels {
    () => {
        "used_at < ?1 AND NOT EXISTS (SELECT 1 FROM parcel_use JOIN task ON task.id = parcel_use.task \
         WHERE parcel_use.parcel = parcel.id AND task.status <> 'completed')"
    };
}

impl Operation for DeleteParcels {
    type Answer = ();

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const DELETE: &str = concat!("DELETE FROM parcel WHERE ", idle_parcels!());
        let before = rows::write_time(self.now - PARCEL_REST);
        session.execute(sqlx::query(DELETE).bind(before)).await?;
        Ok(())
    }
}

impl Reader {
    /// What a parcel holds.
    pub(super) async fn parcel(&self, id: ParcelId) -> Result<Option<Vec<u8>>, StoreError> {
        const ONE: &str = "SELECT contents FROM parcel WHERE id = ?1";
        let query = sqlx::query(ONE).bind(id.as_bytes().to_vec());
        let found = query.fetch_optional(&*self.pool().await).await?;
        Ok(found.map(|row| row.try_get(0)).transpose()?)
    }

    /// Whether [`DeleteParcels`] would find one.
    pub(super) async fn has_idle_parcel(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        const ANY: &str = concat!("SELECT EXISTS (SELECT 1 FROM parcel WHERE ", idle_parcels!(), ")");
        let query = sqlx::query_scalar(ANY).bind(rows::write_time(now - PARCEL_REST));
        Ok(query.fetch_one(&*self.pool().await).await?)
    }
}
