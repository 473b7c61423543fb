//! How is an engine set up? Which lanes it works, with how many workers, and how patient it is.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::agent::{Agent, Breaker, ChatModel, LocalAgent, ServerAgent, ServerOptions};
use crate::config::{AgentChoice, Settings};
use crate::kinds::{
    AgentTaskHandler, DocumentsHandler, GenerateTestsHandler, Handler, Home, NoopHandler, PlanningHandler,
};
use crate::sandbox::ProbeDir;
use crate::store::{Clock, Limits, StoreTerms};
use crate::task::{Documents, Kind, Labels, Lane, Planning, PlanningTool};

/// How many tasks of a set of lanes may run at once. Quick kinds have a pool of their own, so that they never
/// wait behind minutes of test generation.
#[derive(Debug, Clone)]
pub struct Pool {
    /// What the pool runs, whatever labels it requires.
    pub lanes: Vec<Lane>,
    /// How many at once; at least 1.
    pub workers: usize,
}

impl Pool {
    /// The pool with its lanes as claims name them: one for everything that a task may require of these labels.
    pub(super) fn labelled(&self, labels: &Labels) -> Self {
        let lanes = self.lanes.iter().flat_map(|lane| labels.subsets().map(|subset| lane.requiring(&subset)));
        Self { lanes: lanes.collect(), workers: self.workers }
    }
}

/// Everything an engine is made from, but its store.
#[derive(Clone)]
pub struct EngineOptions {
    /// The pools of this process; none: it runs nothing and only submits, waits and reads.
    pub pools: Vec<Pool>,
    /// What the machine of this process has: it runs tasks that require nothing else.
    pub labels: Labels,
    /// Who does the work of a lane, whatever labels it requires.
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
    /// On which terms its store is opened.
    pub store: StoreTerms,
    /// What tells the time to this engine, and to its store in memory.
    pub clock: Clock,
    /// The project of these settings, and what this machine has for projects of others.
    pub home: Option<(PathBuf, Home)>,
    /// What leaves the provider of the agent server alone for a while, where there is one.
    pub breaker: Option<Breaker>,
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
    /// Workers for coverage analysis, which may run tests.
    const COVERAGE_WORKERS: usize = 2;
    /// Workers for planning.
    const PLANNING_WORKERS: usize = 4;

    /// An engine that runs nothing.
    #[must_use]
    pub fn without_workers() -> Self {
        Self {
            pools: Vec::new(),
            labels: Labels::default(),
            handlers: HashMap::new(),
            retry_base_delay: Duration::from_secs(1),
            resume_max_age: Duration::from_hours(1),
            expiry: Duration::from_hours(24),
            limits: Limits::default(),
            lease: LeaseTerms::default(),
            store: StoreTerms::default(),
            clock: Clock::System,
            home: None,
            breaker: None,
        }
    }

    /// The engine of these settings: test generation by the embedded agent, by those of servers where there are such
    /// and their keys, and the quick kinds; none of them with `workers = 0`.
    #[must_use]
    pub fn of(settings: &Settings, probe: &ProbeDir) -> Self {
        // Who works nothing needs no look at what the machine has.
        let works = settings.workers > 0 && !settings.store_read_only;
        let servers = if works { ServerOptions::all_of(settings, probe) } else { Vec::new() };
        let options = Self {
            retry_base_delay: Duration::from_secs_f64(settings.retry_base_delay),
            resume_max_age: Duration::from_secs_f64(settings.resume_max_age_seconds),
            limits: limits(settings, &servers),
            labels: settings.labels(),
            home: Some((settings.project_root.clone(), home_of(settings))),
            store: StoreTerms::of(settings),
            ..Self::without_workers()
        };
        if !works {
            return options;
        }
        let local: Arc<dyn Agent> = Arc::new(LocalAgent);
        let mut options = options.with_agent(&local, settings.workers, probe.clone(), home_of(settings));
        for server in servers {
            let workers = settings.workers.min(settings.server_runs);
            let agent = ServerAgent::new(server);
            let breaker = options.breaker.take().or_else(|| Some(agent.breaker()));
            let agent: Arc<dyn Agent> = Arc::new(agent);
            let planning: Arc<dyn Handler> = Arc::new(PlanningHandler::of_agent(
                Arc::clone(&agent),
                settings.project_root.clone(),
                settings.workspace_root.clone(),
            ));
            let lanes = PlanningTool::ALL.map(|tool| Lane::of_agent(&tool.kind(), agent.name()));
            options = options.with_agent(&agent, workers, probe.clone(), home_of(settings)).with_handler(
                workers as usize,
                lanes,
                &planning,
            );
            options.breaker = breaker;
        }
        options.with_documents(settings, probe).with_planning(settings)
    }

    /// Adds the pool of planning, so that a plan waits behind nothing else.
    fn with_planning(self, settings: &Settings) -> Self {
        let embedded: Arc<dyn Handler> = Arc::new(PlanningHandler::embedded());
        let lanes = PlanningTool::ALL.map(|tool| Lane::of_kind(&tool.kind()));
        let options = self.with_handler(Self::PLANNING_WORKERS, lanes, &embedded);
        let Some(chat) = settings.chat() else { return options };
        let lanes = PlanningTool::ALL.map(|tool| Lane::of_agent(&tool.kind(), Planning::MODEL));
        let handler: Arc<dyn Handler> = Arc::new(PlanningHandler::of_model(ChatModel::new(chat)));
        options.with_handler(Self::PLANNING_WORKERS, lanes, &handler)
    }

    /// Adds a pool that runs several lanes with one handler.
    #[must_use]
    pub fn with_handler(
        self,
        workers: usize,
        lanes: impl IntoIterator<Item = Lane>,
        handler: &Arc<dyn Handler>,
    ) -> Self {
        let handlers = lanes.into_iter().map(|lane| (lane, Arc::clone(handler)));
        self.with_lanes(workers, handlers.collect())
    }

    fn with_agent(self, agent: &Arc<dyn Agent>, workers: u32, probe: ProbeDir, home: Home) -> Self {
        let lane = |kind| Lane::of_agent(kind, agent.name());
        let mut handlers: Vec<(Lane, Arc<dyn Handler>)> = vec![(
            lane(&Kind::GenerateTests),
            Arc::new(GenerateTestsHandler::new(Arc::clone(agent), probe).at_home(home.clone())),
        )];
        if agent.runs_errands() {
            handlers.push((
                lane(&Kind::AgentTask),
                Arc::new(AgentTaskHandler::new(Arc::clone(agent)).at_home(home)),
            ));
        }
        // One pool: so many tasks at once, whatever is asked of the agent.
        self.with_lanes(workers as usize, handlers)
    }

    /// Adds a pool that runs one lane with a handler.
    #[must_use]
    pub fn with_pool(self, lane: Lane, workers: usize, handler: Arc<dyn Handler>) -> Self {
        self.with_lanes(workers, vec![(lane, handler)])
    }

    /// Adds a pool that runs several lanes, each with a handler of its own.
    pub(crate) fn with_lanes(mut self, workers: usize, handlers: Vec<(Lane, Arc<dyn Handler>)>) -> Self {
        let lanes = handlers.iter().map(|(lane, _)| lane.clone()).collect();
        self.handlers.extend(handlers);
        self.pools.push(Pool { lanes, workers: workers.max(1) });
        self
    }

    /// Adds a pool of what costs nothing, for whoever tries whether the engine moves.
    #[must_use]
    pub fn with_quick_kinds(self) -> Self {
        self.with_pool(Lane::of_kind(&Kind::Noop), Self::QUICK_WORKERS, Arc::new(NoopHandler))
    }

    /// Adds the pool of the quick kinds with work on documents, and one for coverage, which may run tests for minutes.
    fn with_documents(self, settings: &Settings, probe: &ProbeDir) -> Self {
        let chat = settings.chat();
        let kinds = [Kind::GenerateRtm, Kind::GenerateTestCases];
        let mut lanes: Vec<Lane> = kinds.iter().map(Lane::of_kind).collect();
        if chat.is_some() {
            lanes.extend(kinds.iter().map(|kind| Lane::of_agent(kind, Documents::MODEL)));
        }
        let plain = DocumentsHandler::new(probe.clone());
        let handler: Arc<dyn Handler> = Arc::new(match chat {
            Some(chat) => plain.with_model(ChatModel::new(chat)),
            None => plain,
        });
        let mut handlers: Vec<(Lane, Arc<dyn Handler>)> =
            vec![(Lane::of_kind(&Kind::Noop), Arc::new(NoopHandler))];
        handlers.extend(lanes.into_iter().map(|lane| (lane, Arc::clone(&handler))));
        let coverage = Lane::of_kind(&Kind::CoverageAnalysis);
        self.with_lanes(Self::QUICK_WORKERS, handlers).with_pool(coverage, Self::COVERAGE_WORKERS, handler)
    }

    /// How many tasks of test generation by the embedded agent may run at once.
    #[must_use]
    pub fn test_workers(&self) -> usize {
        let lane = Lane::of_agent(&Kind::GenerateTests, AgentChoice::LOCAL);
        self.pools.iter().find(|pool| pool.lanes.contains(&lane)).map_or(0, |pool| pool.workers)
    }

    /// Keeps the pools of these kinds only.
    #[must_use]
    pub fn of_kinds(mut self, kinds: &[Kind]) -> Self {
        for pool in &mut self.pools {
            pool.lanes.retain(|lane| kinds.iter().any(|kind| lane.is_of(kind)));
        }
        self.pools.retain(|pool| !pool.lanes.is_empty());
        self
    }

    /// All lanes of all pools, with what tasks in them may require.
    #[must_use]
    pub fn lanes(&self) -> Vec<Lane> {
        let pools = self.pools.iter().map(|pool| pool.labelled(&self.labels));
        pools.flat_map(|pool| pool.lanes).collect()
    }
}

fn home_of(settings: &Settings) -> Home {
    Home { workspace_root: settings.workspace_root.clone(), python: settings.python.clone() }
}

fn limits(settings: &Settings, servers: &[ServerOptions]) -> Limits {
    let limit = |number: u64| (number > 0).then_some(number);
    let by_lane = settings.running_limits_by_lane().into_iter();
    let by_agent = servers.iter().map(|server| (server.agent().into(), u64::from(settings.server_runs)));
    Limits {
        queued: limit(settings.queue_size),
        queued_per_owner: limit(settings.queue_size_per_owner),
        running: limit(settings.running_limit),
        running_per_owner: limit(settings.running_limit_per_owner),
        running_per_lane: by_lane
            .filter(|(_, number)| *number > 0)
            .map(|(lane, number)| (Lane::from(lane), number))
            .collect(),
        running_per_agent: by_agent.collect(),
        // Whoever delivers says so.
        delivering_per_owner: None,
    }
}

impl fmt::Debug for EngineOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EngineOptions").field("pools", &self.pools).finish_non_exhaustive()
    }
}
