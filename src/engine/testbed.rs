//! Where is an engine tried out? On a testbed: its agents may play a script, and its time is moved ahead, which makes
//! happen at once what would have happened by then.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::facade::Engine;
use super::housekeeping;
use super::options::{EngineOptions, LeaseTerms};
use super::shared::Shared;
use crate::kinds::{Handler, Script, ScriptedHandler};
use crate::sandbox::ProbeDir;
use crate::store::{Clock, Store, StoreError, StoreLocation, Upcoming};
use crate::task::{Kind, Lane, ListFilter, QueueStats, Task, TaskStatus};

/// How long what is at work for real, or held back by a limit, may take before time passes all the same.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long the engine itself may take for its next step, on a machine that is busy with other things.
const LONGEST_STEP: Duration = Duration::from_secs(30);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(1);

/// The clock and the script of some engines.
#[derive(Debug)]
pub struct Testbed {
    clock: Clock,
    /// `None`: the agents are real.
    script: Option<Arc<Script>>,
    probe: ProbeDir,
    /// Held for a look or a change only.
    engines: Mutex<Vec<Arc<Engine>>>,
}

/// How it stands on a testbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rest {
    /// Everything waits for time to pass.
    Quiet,
    /// Something is at work for real, or held back.
    Busy,
    /// The engine is about to take a step.
    Between,
}

/// One look at everything on a testbed.
#[derive(Debug, Clone, Copy)]
struct Look {
    rest: Rest,
    /// What time will bring.
    upcoming: Upcoming,
    counts: Counts,
}

/// How many tasks have not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    pending: u64,
    queued: u64,
    running: u64,
}

/// So many tasks will not end by themselves, however much time passes: nobody works their lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stuck(pub u64);

impl Testbed {
    /// A testbed whose agents play a script, or are real.
    #[must_use]
    pub fn new(is_scripted: bool, probe: ProbeDir) -> Self {
        let script = is_scripted.then(Arc::default);
        Self { clock: Clock::movable(), script, probe, engines: Mutex::default() }
    }

    /// What the agents play.
    #[must_use]
    pub fn script(&self) -> Option<&Script> {
        self.script.as_deref()
    }

    /// The time here.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The options of an engine on this testbed. Only a store in memory has its time: files are shared with
    /// processes that have the system's.
    #[must_use]
    pub fn furnish(&self, location: &StoreLocation, mut options: EngineOptions) -> EngineOptions {
        if *location == StoreLocation::Memory {
            options.clock = self.clock.clone();
        }
        if let Some(script) = &self.script {
            let lease = LeaseTerms::default().length;
            let handler: Arc<dyn Handler> = Arc::new(ScriptedHandler::new(
                Arc::clone(script),
                options.clock.clone(),
                lease,
                self.probe.clone(),
            ));
            for (lane, real) in &mut options.handlers {
                if lane.is_of(&Kind::GenerateTests) {
                    *real = Arc::clone(&handler);
                }
            }
        }
        options
    }

    /// Takes in an engine that was opened with options of this testbed.
    pub fn add(&self, engine: Arc<Engine>) {
        self.engines.lock().push(engine);
    }

    /// Lets time pass: what would happen meanwhile has happened when this returns, as far as it only waits for time.
    pub async fn advance(&self, span: Duration) -> Result<(), StoreError> {
        let mut left = span;
        loop {
            let look = self.settle().await?;
            let Some(ahead) = look.upcoming.next().filter(|ahead| *ahead <= left) else { break };
            if look.rest != Rest::Quiet {
                break;
            }
            self.pass(ahead).await?;
            left -= ahead;
        }
        self.pass(left).await?;
        self.settle().await?;
        Ok(())
    }

    /// Lets time pass until every task has ended: the next step of one, or where there is none the next limit.
    pub async fn drain(&self) -> Result<Result<(), Stuck>, StoreError> {
        loop {
            let look = self.settle().await?;
            let unfinished = look.counts.pending + look.counts.queued + look.counts.running;
            match (look.rest, look.upcoming.next()) {
                (Rest::Busy | Rest::Between, _) => {}
                (Rest::Quiet, _) if unfinished == 0 => return Ok(Ok(())),
                (Rest::Quiet, Some(ahead)) => self.pass(ahead).await?,
                (Rest::Quiet, None) if self.is_shared() => tokio::time::sleep(LOOK).await,
                (Rest::Quiet, None) => return Ok(Err(Stuck(unfinished))),
            }
        }
    }

    /// Passes over the time in which everything only waits for a next step, until dropped. Limits are not hurried
    /// to: what hangs, hangs.
    pub async fn hurry(&self) {
        loop {
            if let Err(error) = self.hurry_once().await {
                tracing::debug!(%error, "a testbed does not hurry now");
                tokio::time::sleep(PATIENCE).await;
            }
        }
    }

    async fn hurry_once(&self) -> Result<(), StoreError> {
        let Look { rest, upcoming, .. } = self.settle().await?;
        if let (Rest::Quiet, Some(_), Some(ahead)) = (rest, upcoming.step, upcoming.next()) {
            return self.pass(ahead).await;
        }
        tokio::time::sleep(LOOK).await;
        Ok(())
    }

    /// Stops the engines at once.
    pub async fn stop(&self) {
        let engines = std::mem::take(&mut *self.engines.lock());
        for engine in engines {
            engine.stop(Duration::ZERO).await;
        }
    }

    fn engines(&self) -> Vec<Arc<Engine>> {
        let mut engines = self.engines.lock();
        engines.retain(|engine| !engine.is_closed());
        engines.clone()
    }

    /// Whether others may do something here.
    fn is_shared(&self) -> bool {
        self.engines().iter().any(|engine| engine.is_durable())
    }

    /// Moves the clock, and has done what is due by then.
    async fn pass(&self, span: Duration) -> Result<(), StoreError> {
        self.clock.advance(span);
        for engine in self.engines() {
            housekeeping::catch_up(&engine.shared).await?;
        }
        Ok(())
    }

    /// Waits until everything waits for time to pass, for a while.
    async fn settle(&self) -> Result<Look, StoreError> {
        let begin = tokio::time::Instant::now();
        loop {
            let look = self.look().await?;
            let patience = match look.rest {
                Rest::Quiet => return Ok(look),
                Rest::Busy => PATIENCE,
                Rest::Between => LONGEST_STEP,
            };
            if begin.elapsed() >= patience {
                return Ok(look);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Looks at one thing after the other; what the counts and the alarms say before and after tells whether anything
    /// moved meanwhile.
    async fn look(&self) -> Result<Look, StoreError> {
        let alarms = self.clock.alarms_set();
        let before = self.counts().await?;
        // In this order: what has come is known until it was acted on, and who acts rests no more before the store
        // hears of it.
        let upcoming = self.upcoming().await?;
        let rest = self.rest().await?;
        let counts = self.counts().await?;
        let is_moving =
            counts != before || self.clock.alarms_set() != alarms || upcoming.next() == Some(Duration::ZERO);
        Ok(Look { rest: if is_moving { Rest::Between } else { rest }, upcoming, counts })
    }

    async fn rest(&self) -> Result<Rest, StoreError> {
        let script = self.script.as_deref();
        let resting = script.map_or(0, Script::resting);
        let mut working = script.map_or(0, Script::working);
        let (mut running, mut startable) = (0, Rest::Quiet);
        for engine in self.engines() {
            let shared = &engine.shared;
            let at_work = with_status(shared, TaskStatus::Running).await?;
            startable = startable.max(what_could_start(shared, &at_work).await?);
            working += at_work.iter().filter(|task| !self.plays(&task.new.lane)).count();
            running += at_work.len();
        }
        Ok(match running {
            running if running > resting + working => Rest::Between,
            _ if working > 0 => startable.max(Rest::Busy),
            _ => startable,
        })
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        for engine in self.engines() {
            let QueueStats { pending, queued, running, .. } = engine.shared.store.stats().await?;
            counts.pending += pending;
            counts.queued += queued;
            counts.running += running;
        }
        Ok(counts)
    }

    /// Whether the attempts of a lane play the script.
    fn plays(&self, lane: &Lane) -> bool {
        self.script.is_some() && lane.is_of(&Kind::GenerateTests)
    }

    /// What time will bring: of the alarms, and of the tasks that wait for theirs.
    async fn upcoming(&self) -> Result<Upcoming, StoreError> {
        let mut upcoming = self.clock.upcoming();
        for engine in self.engines().iter().filter(|engine| !engine.is_durable()) {
            let due = housekeeping::promote_due(&engine.shared).await?;
            let ahead = due.map(|due| (due - self.clock.now()).to_std().unwrap_or_default());
            upcoming.step = upcoming.step.into_iter().chain(ahead).min();
        }
        Ok(upcoming)
    }
}

/// Whether a worker is free for something that is queued, and may take it.
async fn what_could_start(shared: &Shared, at_work: &[Arc<Task>]) -> Result<Rest, StoreError> {
    let queued = with_status(shared, TaskStatus::Queued).await?;
    let number = |tasks: &[Arc<Task>], lanes: &[Lane]| {
        tasks.iter().filter(|task| lanes.contains(&task.new.lane)).count()
    };
    let pools = shared.crew.pools();
    let could = pools
        .iter()
        .any(|pool| number(&queued, &pool.lanes) > 0 && number(at_work, &pool.lanes) < pool.workers);
    Ok(match could {
        false => Rest::Quiet,
        true if shared.options.limits.concern_claims() => Rest::Busy,
        true => Rest::Between,
    })
}

async fn with_status(shared: &Shared, status: TaskStatus) -> Result<Vec<Arc<Task>>, StoreError> {
    let filter = ListFilter { status: Some(status), limit: 1000, ..ListFilter::default() };
    Ok(shared.store.list(filter).await?.tasks)
}
