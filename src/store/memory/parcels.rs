//! Projects that travel, under their digests: kept for as long as a task may need them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::store::PARCEL_REST;
use crate::task::{ParcelId, TaskId};

/// The parcels of a store.
#[derive(Debug, Default)]
pub(super) struct Parcels(HashMap<ParcelId, Parcel>);

#[derive(Debug)]
struct Parcel {
    contents: Arc<[u8]>,
    /// When a submission named it last.
    used_at: DateTime<Utc>,
    /// The tasks that name it.
    tasks: HashSet<TaskId>,
}

impl Parcels {
    /// Keeps a parcel for a task; answers whether it is there.
    pub(super) fn keep(
        &mut self,
        id: ParcelId,
        task: TaskId,
        contents: Option<Arc<[u8]>>,
        now: DateTime<Utc>,
    ) -> bool {
        if let Some(contents) = contents {
            let fresh = || Parcel { contents, used_at: now, tasks: HashSet::new() };
            self.0.entry(id).or_insert_with(fresh);
        }
        let Some(parcel) = self.0.get_mut(&id) else { return false };
        parcel.used_at = now;
        parcel.tasks.insert(task);
        true
    }

    /// What a parcel holds.
    pub(super) fn contents(&self, id: ParcelId) -> Option<Arc<[u8]>> {
        self.0.get(&id).map(|parcel| Arc::clone(&parcel.contents))
    }

    /// Deletes what no task needs any more.
    pub(super) fn prune(&mut self, now: DateTime<Utc>, needs: impl Fn(TaskId) -> bool) {
        self.0.retain(|_, parcel| {
            parcel.used_at >= now - PARCEL_REST || parcel.tasks.iter().any(|task| needs(*task))
        });
    }
}
