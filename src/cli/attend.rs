//! How does a command stay with its tasks to the end? It follows them, runs here what no living process runs, and
//! leaves nothing behind that would go on only by chance.

use std::time::Duration;

use tokio::time::Instant;

use super::describe::plural;
use super::error::CommandError;
use super::exit::Exit;
use super::follow::{Ending, Followed, follow};
use super::handover::{self, Heir};
use super::interrupt::Interrupted;
use super::output::Terminal;
use super::progress::Display;
use super::session::Session;
use super::signals::Signals;
use crate::engine::Engine;
use crate::task::{Kind, Lane, State, TaskId, Wait};

/// One command's time with its tasks.
#[derive(Debug)]
pub(super) struct Attendance<'a> {
    session: &'a Session,
    terminal: &'a Terminal,
    engine: Engine,
    signals: Signals,
    /// The tasks, and what became of them.
    pub(super) followed: Followed,
}

impl<'a> Attendance<'a> {
    /// Stays with tasks that `engine` knows.
    pub(super) fn new(
        session: &'a Session,
        terminal: &'a Terminal,
        engine: Engine,
        signals: Signals,
        followed: Followed,
    ) -> Self {
        Self { session, terminal, engine, signals, followed }
    }

    /// Follows the tasks until they have ended, `deadline` passes or a signal comes.
    pub(super) async fn run(&mut self, deadline: Option<Instant>) -> Result<Ending, CommandError> {
        let mut display = Display::new(self.terminal, self.followed.tasks.len());
        loop {
            let followed = &mut self.followed;
            let ending = follow(&self.engine, followed, deadline, &mut self.signals, &mut display).await?;
            match ending {
                Ending::NobodyRuns(id) => self.run_here(id).await?,
                ending => return Ok(ending),
            }
        }
    }

    /// Starts workers in this process, once.
    async fn run_here(&mut self, id: TaskId) -> Result<(), CommandError> {
        let task = self.engine.get(id).await?;
        if let kind @ Kind::Custom(_) = task.new.work.kind() {
            self.engine.stop(Duration::ZERO).await;
            return Err(CommandError::NeedsHandler { kind: kind.as_str().to_owned() });
        }
        if self.has_workers() {
            self.engine.stop(Duration::ZERO).await;
            return Err(match task.state {
                State::Pending { wait: Wait::LeftBehind } => CommandError::LeftBehind { id: id.to_string() },
                _ => CommandError::NoWorkers { lane: task.new.lane.as_str().to_owned() },
            });
        }
        self.engine.stop(Duration::ZERO).await;
        self.engine = self.session.open_with_workers().await?;
        if !self.has_workers() {
            return Err(CommandError::NoWorkers { lane: task.new.lane.as_str().to_owned() });
        }
        self.terminal.note("no living process runs it: this one does");
        Ok(())
    }

    /// Ends this process's part: what has not ended goes on elsewhere. Answers the exit code of the ending.
    pub(super) async fn leave(&mut self, ending: &Ending) -> Result<Exit, CommandError> {
        let unfinished = self.unfinished();
        let exit = match ending {
            Ending::Finished | Ending::NobodyRuns(_) => Exit::Done,
            Ending::TimedOut => Exit::WaitTimedOut,
            Ending::Stopped(signal) => signal.exit(),
        };
        if !unfinished.is_empty() && self.has_workers() {
            let tasks = unfinished;
            let interrupted = Interrupted { session: self.session, terminal: self.terminal, tasks };
            interrupted.hand_over(ending, &self.engine, &mut self.signals).await?;
            return Ok(exit);
        }
        if !unfinished.is_empty() {
            let ids: Vec<TaskId> = unfinished.iter().map(|(id, _)| *id).collect();
            self.terminal.note(format_args!(
                "{} not ended and will go on; cancel by {}",
                if ids.len() == 1 { "the task has" } else { "tasks have" },
                self.session.command("cancel", &ids)
            ));
        }
        let had_workers = self.has_workers();
        self.engine.stop(Duration::ZERO).await;
        if had_workers && self.engine.is_durable() {
            self.pass_on().await?;
        }
        Ok(exit)
    }

    /// Tasks of others, which relied on the workers of this process, go on in another.
    async fn pass_on(&self) -> Result<(), CommandError> {
        let engine = self.session.open_without_workers().await?;
        let waiting = handover::waiting_tasks(&engine, &self.session.lanes()).await?;
        if !waiting.is_empty() {
            let others = plural(waiting.len(), "other task");
            match handover::hand_over(self.session, &engine, &waiting).await? {
                Heir::Living => {}
                Heir::Started { process, .. } => {
                    self.terminal.note(format_args!("worker process {process} goes on with {others}"));
                }
                Heir::Nobody(_) => {
                    self.terminal
                        .warning(format_args!("{others} wait for a worker: `openhands-testgen worker`"));
                }
            }
        }
        engine.stop(Duration::ZERO).await;
        Ok(())
    }

    fn has_workers(&self) -> bool {
        self.session.lanes().iter().any(|lane| self.engine.works(lane))
    }

    fn unfinished(&self) -> Vec<(TaskId, Lane)> {
        let open = self.followed.unfinished();
        let tasks = self.followed.tasks.iter().filter(|task| open.contains(&task.id()));
        tasks.map(|task| (task.id(), task.new.lane.clone())).collect()
    }
}
