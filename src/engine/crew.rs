//! Who works what? The pools and handlers of one engine, which may grow while it runs.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::RwLock;

use super::options::{EngineOptions, Pool};
use crate::kinds::Handler;
use crate::task::{Labels, Lane};

/// The pools and handlers of one engine.
pub(super) struct Crew {
    /// What the machine has.
    labels: Labels,
    /// Their lanes as claims name them. Held for a look or a change only; whoever goes through the pools takes them as they stand.
    pools: RwLock<Arc<Vec<Pool>>>,
    /// By lane without labels. Held for a look-up or a change only.
    handlers: RwLock<HashMap<Lane, Arc<dyn Handler>>>,
}

impl Crew {
    /// The crew that an engine begins with.
    pub(super) fn of(options: &EngineOptions) -> Self {
        let labels = options.labels.clone();
        let pools = options.pools.iter().map(|pool| pool.labelled(&labels)).collect();
        Self { labels, pools: RwLock::new(Arc::new(pools)), handlers: RwLock::new(options.handlers.clone()) }
    }

    /// Adds a pool for a lane, or replaces the handler of one that has a pool: attempts that begin later use it.
    pub(super) fn register(&self, lane: Lane, workers: usize, handler: Arc<dyn Handler>) {
        let replaced = self.handlers.write().insert(lane.clone(), handler);
        drop(replaced);
        let mut pools = self.pools.write();
        if !pools.iter().any(|pool| pool.lanes.contains(&lane)) {
            let pool = Pool { lanes: vec![lane], workers: workers.max(1) };
            Arc::make_mut(&mut pools).push(pool.labelled(&self.labels));
        }
    }

    /// The pools as they stand. More may be added at the end; none goes or changes.
    pub(super) fn pools(&self) -> Arc<Vec<Pool>> {
        Arc::clone(&self.pools.read())
    }

    /// Who does the work of a lane.
    pub(super) fn handler(&self, lane: &Lane) -> Option<Arc<dyn Handler>> {
        self.handlers.read().get(&lane.without_labels()).cloned()
    }

    /// Everyone who does the work of some lane.
    pub(super) fn all_handlers(&self) -> Vec<Arc<dyn Handler>> {
        self.handlers.read().values().cloned().collect()
    }

    /// In a forked child: a lock that was held then is held for ever.
    pub(super) fn let_go_after_fork(&self) {
        if let Some(handlers) = self.handlers.try_read() {
            handlers.values().for_each(|handler| handler.let_go_after_fork());
        }
    }

    /// All lanes of all pools.
    pub(super) fn lanes(&self) -> Vec<Lane> {
        self.pools.read().iter().flat_map(|pool| pool.lanes.iter().cloned()).collect()
    }

    /// Whether a lane has a pool here.
    pub(super) fn works(&self, lane: &Lane) -> bool {
        self.pools.read().iter().any(|pool| pool.lanes.contains(lane))
    }

    /// Whether anything is worked here.
    pub(super) fn has_any(&self) -> bool {
        !self.pools.read().is_empty()
    }

    /// Lets go of all handlers: no attempt begins any more.
    pub(super) fn dismiss(&self) {
        let handlers = std::mem::take(&mut *self.handlers.write());
        drop(handlers);
    }
}

impl fmt::Debug for Crew {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Crew").field("pools", &self.pools.read()).finish_non_exhaustive()
    }
}
