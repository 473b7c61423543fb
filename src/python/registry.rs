//! Which engine is a generator's? One per process and store, shared by all generators on it.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::OnceCell;

use super::testbed::{self, Standing};
use crate::agent::Breaker;
use crate::engine::{Engine, EngineError, EngineOptions};
use crate::kinds::{Handler, Home};
use crate::store::StoreLocation;
use crate::task::{Kind, KindName, Lane};

/// Raised by every fork: what a process inherited is not its own.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// Locked for a look-up only, and only while attached.
static SLOTS: Mutex<Option<HashMap<Key, Arc<Slot>>>> = Mutex::new(None);

/// A store, whether its engine works, and the number of the testbed it is on. One that only submits must not stand
/// in for one that works; on `memory:` there is only one, since a second would be another store.
type Key = (StoreLocation, bool, Option<u64>);

fn key(location: &StoreLocation, options: &EngineOptions, standing: Option<&Standing>) -> Key {
    let works = !options.pools.is_empty() || *location == StoreLocation::Memory;
    (location.clone(), works, standing.map(|standing| standing.number))
}

/// The place of one engine, opened at its first call.
pub(super) struct Slot {
    location: StoreLocation,
    options: EngineOptions,
    generation: u64,
    /// What the engine is tried out on; `None` but in tests.
    standing: Option<Standing>,
    engine: OnceCell<Arc<Engine>>,
    /// How many generators have started it and not stopped it.
    starts: AtomicUsize,
    /// Held for a look or a change only, never while Python runs.
    registered: Mutex<Registered>,
}

/// What generators have registered with one engine.
#[derive(Default)]
struct Registered {
    kinds: BTreeSet<KindName>,
    /// The handlers that came before the engine was open.
    early: Vec<(KindName, Arc<dyn Handler>)>,
    /// The lanes that later generators brought.
    lanes: BTreeSet<Lane>,
    /// Those of them that came before the engine was open.
    early_lanes: Vec<(Lane, usize, Arc<dyn Handler>)>,
    /// The projects of later generators, before the engine was open.
    early_homes: Vec<(PathBuf, Home)>,
    /// The circuit breaker of the agent that a later generator brought.
    breaker: Option<Breaker>,
}

impl Slot {
    /// The engine, opened now if it was not.
    pub(super) async fn engine(&self) -> Result<&Arc<Engine>, EngineError> {
        match self.engine.get() {
            Some(engine) => Ok(engine),
            // Boxed: every call would carry the room for an opening, and moving that costs more than the call.
            None => Box::pin(self.open()).await,
        }
    }

    async fn open(&self) -> Result<&Arc<Engine>, EngineError> {
        let open = || async { Engine::open(&self.location, self.options.clone()).await.map(Arc::new) };
        let engine = self.engine.get_or_try_init(open).await?;
        if let Some(standing) = &self.standing {
            standing.testbed.add(Arc::clone(engine));
        }
        let (early, early_lanes) = {
            let mut registered = self.registered.lock();
            for (project_root, home) in std::mem::take(&mut registered.early_homes) {
                engine.add_home(&project_root, &home);
            }
            (std::mem::take(&mut registered.early), std::mem::take(&mut registered.early_lanes))
        };
        for (kind, handler) in early {
            self.pass_on(engine, kind, handler);
        }
        for (lane, workers, handler) in early_lanes {
            engine.register(lane, workers, handler);
        }
        Ok(engine)
    }

    /// Whether the engine runs tasks.
    pub(super) fn works(&self) -> bool {
        !self.options.pools.is_empty()
    }

    /// Makes a user's kind known here; where tasks are run, `handler` runs them from now on.
    pub(super) fn register(&self, kind: KindName, handler: Option<Arc<dyn Handler>>) {
        let mut registered = self.registered.lock();
        registered.kinds.insert(kind.clone());
        // Under the lock: an engine that opens meanwhile takes what is in the list afterwards.
        match (self.engine.get(), handler) {
            (_, None) => {}
            (None, Some(handler)) => registered.early.push((kind, handler)),
            (Some(engine), Some(handler)) => self.pass_on(engine, kind, handler),
        }
    }

    /// Takes in what a later generator can work and the first could not, such as the lane of its agent server.
    fn welcome(&self, options: &EngineOptions) {
        let ours = self.options.lanes();
        let mut registered = self.registered.lock();
        if registered.breaker.is_none() {
            registered.breaker.clone_from(&options.breaker);
        }
        for pool in &options.pools {
            for lane in pool.lanes.iter().filter(|lane| !ours.contains(lane)) {
                let Some(handler) = options.handlers.get(lane) else { continue };
                if !registered.lanes.insert(lane.clone()) {
                    continue;
                }
                match self.engine.get() {
                    Some(engine) => engine.register(lane.clone(), pool.workers, Arc::clone(handler)),
                    None => {
                        registered.early_lanes.push((lane.clone(), pool.workers, Arc::clone(handler)));
                    }
                }
            }
        }
    }

    /// The project of a later generator is here too.
    fn add_home(&self, options: &EngineOptions) {
        let Some((project_root, home)) = &options.home else { return };
        let mut registered = self.registered.lock();
        match self.engine.get() {
            Some(engine) => engine.add_home(project_root, home),
            None => registered.early_homes.push((project_root.clone(), home.clone())),
        }
    }

    fn pass_on(&self, engine: &Engine, kind: KindName, handler: Arc<dyn Handler>) {
        let workers = self.options.pools.first().map_or(1, |pool| pool.workers);
        engine.register(Lane::of_kind(&Kind::Custom(kind)), workers, handler);
    }

    /// What leaves the provider of its agent alone for a while, where there is one.
    pub(super) fn breaker(&self) -> Option<Breaker> {
        self.options.breaker.clone().or_else(|| self.registered.lock().breaker.clone())
    }

    /// The engine, if it is open.
    pub(super) fn opened(&self) -> Option<&Arc<Engine>> {
        self.engine.get()
    }

    /// Whether calls may go here: of this process, and not stopped.
    pub(super) fn is_usable(&self) -> bool {
        self.generation == GENERATION.load(Ordering::Relaxed)
            && self.engine.get().is_none_or(|engine| !engine.is_closed())
    }

    /// Lets go of what was registered: nobody uses the engine any more.
    pub(super) fn dismiss(&self) {
        let registered = std::mem::take(&mut *self.registered.lock());
        drop(registered);
    }

    /// Counts one more user.
    pub(super) fn count_start(&self) {
        self.starts.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one user less; true when none is left.
    pub(super) fn count_stop(&self, had_started: bool) -> bool {
        if had_started {
            self.starts.fetch_sub(1, Ordering::Relaxed) == 1
        } else {
            self.starts.load(Ordering::Relaxed) == 0
        }
    }
}

/// The slot of a store, if somebody has asked for it.
pub(super) fn known_slot(location: &StoreLocation, options: &EngineOptions) -> Option<Arc<Slot>> {
    let slots = SLOTS.lock();
    let key = key(location, options, testbed::current().as_ref());
    slots.as_ref()?.get(&key).filter(|slot| slot.is_usable()).cloned()
}

/// The slot of a store; `options` count for the first who asks.
pub(super) fn slot(location: &StoreLocation, options: &EngineOptions) -> Arc<Slot> {
    let mut slots = SLOTS.lock();
    let slots = slots.get_or_insert_default();
    let standing = testbed::current();
    let key = key(location, options, standing.as_ref());
    if let Some(slot) = slots.get(&key).filter(|slot| slot.is_usable()) {
        let (first, this) = (slot.options.test_workers(), options.test_workers());
        if first != this {
            tracing::warn!(
                "the engine of {location} has {first} worker(s), as the first generator of this process said: the \
                 {this} of this one do not count"
            );
        }
        if slot.options.labels != options.labels {
            tracing::warn!(
                "the engine of {location} has the labels [{}], as the first generator of this process said: the [{}] \
                 of this one do not count",
                slot.options.labels,
                options.labels
            );
        }
        slot.add_home(options);
        // On a testbed no agent works but its script.
        if slot.works() && slot.standing.is_none() {
            slot.welcome(options);
        }
        return Arc::clone(slot);
    }
    let furnished = standing.as_ref().map(|standing| standing.testbed.furnish(location, options.clone()));
    let slot = Arc::new(Slot {
        location: location.clone(),
        options: furnished.unwrap_or_else(|| options.clone()),
        generation: GENERATION.load(Ordering::Relaxed),
        standing,
        engine: OnceCell::new(),
        starts: AtomicUsize::new(0),
        registered: Mutex::default(),
    });
    slots.insert(key, Arc::clone(&slot));
    slot
}

/// The kinds of users that this process has registered for a store.
pub(super) fn user_kinds(location: &StoreLocation) -> BTreeSet<KindName> {
    let slots = SLOTS.lock();
    let here = slots.iter().flat_map(HashMap::values).filter(|slot| slot.location == *location);
    here.filter(|slot| slot.is_usable()).flat_map(|slot| slot.registered.lock().kinds.clone()).collect()
}

/// Lets go of the engines of a testbed, which are stopped.
pub(super) fn remove_testbed(number: u64) {
    let mut slots = SLOTS.lock();
    let slots = slots.get_or_insert_default();
    let gone: Vec<_> = slots.extract_if(|(_, _, testbed), _| *testbed == Some(number)).collect();
    drop(gone);
}

/// Every engine that is open.
pub(super) fn all_open() -> Vec<Arc<Engine>> {
    let slots = SLOTS.lock();
    slots.iter().flat_map(HashMap::values).filter_map(|slot| slot.opened().cloned()).collect()
}

/// Every engine that is open, taken out of the registry.
pub(super) fn take_all() -> Vec<Arc<Engine>> {
    let slots = SLOTS.lock().take().unwrap_or_default();
    slots.into_values().filter_map(|slot| slot.engine.get().cloned()).collect()
}

/// In a forked child: the engines are the parent's. Their threads are not here, so nothing is dropped.
pub(super) fn forget() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    let slots = SLOTS.lock().take();
    for slot in slots.iter().flat_map(HashMap::values) {
        if let Some(engine) = slot.opened() {
            engine.let_go_after_fork();
        }
    }
    std::mem::forget(slots);
}
