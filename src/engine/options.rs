//! How is an engine set up? Which lanes it works, with how many workers, and how patient it is.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::agent::{Agent, LocalAgent, ServerAgent, ServerOptions};
use crate::config::{AgentChoice, Settings};
use crate::kinds::{GenerateTestsHandler, Handler, NoopHandler};
use crate::sandbox::ProbeDir;
use crate::store::{Clock, Limits};
use crate::task::{Kind, Lane};

/// How many tasks of a set of lanes may run at once. Quick kinds have a pool of their own, so that they never
/// wait behind minutes of test generation.
#[derive(Debug, Clone)]
pub struct Pool {
    /// What the pool runs.
    pub lanes: Vec<Lane>,
    /// How many at once; at least 1.
    pub workers: usize,
}

/// Everything an engine is made from, but its store.
#[derive(Clone)]
pub struct EngineOptions {
    /// The pools of this process; none: it runs nothing and only submits, waits and reads.
    pub pools: Vec<Pool>,
    /// Who does the work of a lane.
    pub handlers: HashMap<Lane, Arc<dyn Handler>>,
    /// The back-off before the first retry; doubled for each further one.
    pub retry_base_delay: Duration,
    /// How old a task left by a dead process may be to be adopted at start.
    pub resume_max_age: Duration,
    /// How long a task that nobody runs stays before it expires.
    pub expiry: Duration,
    /// How much may wait and run at once, over all processes of the store.
    pub limits: Limits,
    /// How long this process keeps its tasks without a sign of life.
    pub lease: LeaseTerms,
    /// What tells the time to this engine, and to its store in memory.
    pub clock: Clock,
}

/// The times of a lease. Each is well below the next, so that a worker that cannot renew has stopped its children
/// before anyone may take its tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseTerms {
    /// How often it is renewed.
    pub beat: Duration,
    /// How long after the last renewal what runs here is stopped.
    pub patience: Duration,
    /// How long after the last renewal others may take the tasks.
    pub length: Duration,
}

impl Default for LeaseTerms {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { beat: seconds(10), patience: seconds(30), length: seconds(45) }
    }
}

impl EngineOptions {
    /// Workers for the quick kinds.
    const QUICK_WORKERS: usize = 4;

    /// An engine that runs nothing.
    #[must_use]
    pub fn without_workers() -> Self {
        Self {
            pools: Vec::new(),
            handlers: HashMap::new(),
            retry_base_delay: Duration::from_secs(1),
            resume_max_age: Duration::from_hours(1),
            expiry: Duration::from_hours(24),
            limits: Limits::default(),
            lease: LeaseTerms::default(),
            clock: Clock::System,
        }
    }

    /// The engine of these settings: test generation by the embedded agent, by the server's where there is one and
    /// its keys, and the quick kinds; none of them with `workers = 0`.
    #[must_use]
    pub fn of(settings: &Settings, probe: ProbeDir) -> Self {
        let options = Self {
            retry_base_delay: Duration::from_secs_f64(settings.retry_base_delay),
            resume_max_age: Duration::from_secs_f64(settings.resume_max_age_seconds),
            limits: limits(settings),
            ..Self::without_workers()
        };
        if settings.workers == 0 {
            return options;
        }
        let options = options.with_agent(LocalAgent, settings.workers, probe.clone());
        let options = match server(settings) {
            Some(server) => {
                let workers = settings.workers.min(settings.server_runs);
                options.with_agent(ServerAgent::new(server), workers, probe)
            }
            None => options,
        };
        options.with_quick_kinds()
    }

    fn with_agent(self, agent: impl Agent, workers: u32, probe: ProbeDir) -> Self {
        let lane = Lane::of_agent(&Kind::GenerateTests, agent.name());
        self.with_pool(lane, workers as usize, Arc::new(GenerateTestsHandler::new(agent, probe)))
    }

    /// Adds a pool that runs one lane with a handler.
    #[must_use]
    pub fn with_pool(mut self, lane: Lane, workers: usize, handler: Arc<dyn Handler>) -> Self {
        self.handlers.insert(lane.clone(), handler);
        self.pools.push(Pool { lanes: vec![lane], workers: workers.max(1) });
        self
    }

    /// Adds the pool of the quick kinds.
    #[must_use]
    pub fn with_quick_kinds(self) -> Self {
        self.with_pool(Lane::of_kind(&Kind::Noop), Self::QUICK_WORKERS, Arc::new(NoopHandler))
    }

    /// How many tasks of test generation by the embedded agent may run at once.
    #[must_use]
    pub fn test_workers(&self) -> usize {
        let lane = Lane::of_agent(&Kind::GenerateTests, AgentChoice::LOCAL);
        self.pools.iter().find(|pool| pool.lanes.contains(&lane)).map_or(0, |pool| pool.workers)
    }

    /// All lanes of all pools.
    #[must_use]
    pub fn lanes(&self) -> Vec<Lane> {
        self.pools.iter().flat_map(|pool| pool.lanes.iter().cloned()).collect()
    }
}

/// The agent server of these settings, where it may be used and everything is there that it needs.
fn server(settings: &Settings) -> Option<ServerOptions> {
    let may_be_used = settings.enable_real_agent && settings.llm().is_complete(settings);
    ServerOptions::of(settings).filter(|_| may_be_used)
}

fn limits(settings: &Settings) -> Limits {
    let limit = |number: u64| (number > 0).then_some(number);
    let mut by_lane = settings.running_limits_by_lane();
    if server(settings).is_some() {
        // What the user says of the lane stands above what holds for servers in general.
        let lane = Lane::of_agent(&Kind::GenerateTests, AgentChoice::SERVER);
        by_lane.entry(lane.as_str().to_owned()).or_insert(u64::from(settings.server_runs));
    }
    let by_lane = by_lane.into_iter();
    Limits {
        queued: limit(settings.queue_size),
        queued_per_owner: limit(settings.queue_size_per_owner),
        running: limit(settings.running_limit),
        running_per_owner: limit(settings.running_limit_per_owner),
        running_per_lane: by_lane
            .filter(|(_, number)| *number > 0)
            .map(|(lane, number)| (Lane::from(lane), number))
            .collect(),
    }
}

impl fmt::Debug for EngineOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EngineOptions").field("pools", &self.pools).finish_non_exhaustive()
    }
}
