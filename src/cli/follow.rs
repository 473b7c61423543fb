//! When are these tasks done? Completions are pushed; progress is looked up a few times a second, for as long as
//! someone looks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, MissedTickBehavior};

use super::error::CommandError;
use super::progress::Display;
use super::signals::{Signal, Signals};
use crate::engine::{Engine, EngineError, Finished};
use crate::task::{ListFilter, State, Task, TaskId, TaskStatus, Wait};

/// How often progress is looked up.
const LOOK: Duration = Duration::from_millis(200);
/// How many looks lie between two questions whether anyone alive runs the tasks.
const LOOKS_PER_ROLL_CALL: u32 = 10;

/// How following ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// All tasks are final.
    Finished,
    /// The wait was as long as the user asked for.
    TimedOut,
    /// The user, or the system, wants us to stop.
    Stopped(Signal),
    /// No living process runs this task.
    NobodyRuns(TaskId),
}

/// The tasks that a command waits for, and what became of them.
#[derive(Debug)]
pub(super) struct Followed {
    /// As they were submitted.
    pub(super) tasks: Vec<Arc<Task>>,
    /// Those that have ended.
    pub(super) finished: HashMap<TaskId, Finished>,
}

impl Followed {
    /// Nothing is known of these tasks yet.
    pub(super) fn new(tasks: Vec<Arc<Task>>) -> Self {
        Self { tasks, finished: HashMap::new() }
    }

    /// Those that have not ended.
    pub(super) fn unfinished(&self) -> Vec<TaskId> {
        self.tasks.iter().map(|task| task.id()).filter(|id| !self.finished.contains_key(id)).collect()
    }

    /// Those that have ended, in the order of submission.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Finished> {
        self.tasks.iter().filter_map(|task| self.finished.get(&task.id()))
    }

    fn end(&mut self, finished: Finished, display: &mut Display) {
        display.end(&finished);
        self.finished.insert(finished.task.id(), finished);
    }
}

/// Follows tasks until all have ended, `deadline` passes, a signal comes, or nobody alive runs one of them.
pub(super) async fn follow(
    engine: &Engine,
    followed: &mut Followed,
    deadline: Option<Instant>,
    signals: &mut Signals,
    display: &mut Display,
) -> Result<Ending, CommandError> {
    for id in followed.unfinished() {
        if let Some(finished) = engine.finished_now(id).await? {
            // What had ended before anyone looked is no change.
            followed.finished.insert(id, finished);
        }
    }
    for task in followed.tasks.iter().filter(|task| !followed.finished.contains_key(&task.id())) {
        display.show(task);
    }
    let mut waits: FuturesUnordered<_> =
        followed.unfinished().into_iter().map(|id| engine.wait(id, None)).collect();
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut look_number = 0;
    loop {
        if waits.is_empty() {
            return Ok(Ending::Finished);
        }
        tokio::select! {
            biased;
            signal = signals.next() => return Ok(Ending::Stopped(signal)),
            Some(finished) = waits.next() => followed.end(finished?, display),
            () = reached(deadline) => return Ok(Ending::TimedOut),
            _ = looks.tick() => {
                look(engine, followed, display).await?;
                if look_number % LOOKS_PER_ROLL_CALL == 0
                    && let Some(id) = left_alone(engine, followed).await?
                {
                    return Ok(Ending::NobodyRuns(id));
                }
                look_number += 1;
            }
        }
    }
}

async fn reached(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Shows what runs, and what has left its worker since.
async fn look(engine: &Engine, followed: &mut Followed, display: &mut Display) -> Result<(), CommandError> {
    const MOST: usize = 256;
    let filter = ListFilter { status: Some(TaskStatus::Running), limit: MOST, ..ListFilter::default() };
    let mut running: HashMap<TaskId, Arc<Task>> =
        engine.list(filter).await?.tasks.into_iter().map(|task| (task.id(), task)).collect();
    for known in &mut followed.tasks {
        if followed.finished.contains_key(&known.id()) {
            continue;
        }
        if let Some(task) = running.remove(&known.id()) {
            *known = task;
            display.show(known);
        } else if known.status() == TaskStatus::Running || is_waiting_for_retry(known) {
            *known = engine.get(known.id()).await?;
            if !known.status().is_final() {
                display.show(known);
            }
        }
    }
    Ok(())
}

fn is_waiting_for_retry(task: &Task) -> bool {
    matches!(task.state, State::Pending { .. })
}

/// A task that no living process will take up, if there is one.
async fn left_alone(engine: &Engine, followed: &Followed) -> Result<Option<TaskId>, EngineError> {
    for task in &followed.tasks {
        let id = task.id();
        if followed.finished.contains_key(&id) || engine.works(&task.new.lane) {
            continue;
        }
        let now = engine.get(id).await?;
        let left_behind = matches!(now.state, State::Pending { wait: Wait::LeftBehind });
        let is_alone = left_behind || !engine.has_worker(&task.new.lane).await?;
        if is_alone && !now.status().is_final() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}
