//! What does a sign to stop do? The first hands the tasks over and says how to cancel them; a second cancels them.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::describe::plural;
use super::error::CommandError;
use super::handover::{self, Heir};
use super::output::Terminal;
use super::session::Session;
use super::signals::Signals;
use super::submit;
use crate::engine::Engine;
use crate::task::{Lane, TaskId};

/// How many ids a hint names.
const MOST_NAMED: usize = 3;

/// Tasks whose process was asked to stop.
pub(super) struct Interrupted<'a> {
    pub(super) session: &'a Session,
    pub(super) terminal: &'a Terminal,
    pub(super) tasks: Vec<(TaskId, Lane)>,
}

impl Interrupted<'_> {
    /// Stops the engine and its attempts, then has another process go on; with a second signal, nobody.
    pub(super) async fn hand_over(&self, engine: &Engine, signals: &mut Signals) -> Result<(), CommandError> {
        if !engine.is_durable() {
            return self.end_with_process(engine).await;
        }
        self.terminal.note("stopping here; once more cancels");
        let mut cancelled = self.stop(engine, signals).await;
        let engine = self.session.open_without_workers().await?;
        if !cancelled {
            tokio::select! {
                heir = handover::hand_over(self.session, &engine, &self.tasks) => self.say_who_goes_on(&heir?),
                _ = signals.next() => cancelled = true,
            }
        }
        if cancelled {
            tokio::select! {
                outcome = self.cancel(&engine) => outcome?,
                _ = signals.next() => self.terminal.warning("not everything was cancelled"),
            }
        }
        engine.stop(Duration::ZERO).await;
        Ok(())
    }

    /// Gives back what runs. Answers whether a second signal came.
    async fn stop(&self, engine: &Engine, signals: &mut Signals) -> bool {
        let stop = engine.stop(Duration::ZERO);
        tokio::pin!(stop);
        tokio::select! {
            () = &mut stop => false,
            _ = signals.next() => {
                stop.await;
                true
            }
        }
    }

    async fn end_with_process(&self, engine: &Engine) -> Result<(), CommandError> {
        self.cancel(engine).await?;
        engine.stop(Duration::ZERO).await;
        self.terminal.note("the store `memory:` ends with this process: nothing can go on");
        Ok(())
    }

    async fn cancel(&self, engine: &Engine) -> Result<(), CommandError> {
        try_join_all(self.tasks.iter().map(|(id, _)| engine.cancel(*id))).await?;
        self.terminal.line(format_args!("cancelled {}", plural(self.tasks.len(), "task")));
        Ok(())
    }

    fn say_who_goes_on(&self, heir: &Heir) {
        submit::tell(heir, self.terminal);
        let ids: Vec<TaskId> = self.tasks.iter().map(|(id, _)| *id).collect();
        let tasks = plural(ids.len(), "task");
        let goes_on = if ids.len() == 1 { "goes" } else { "go" };
        self.terminal.line(format_args!("{tasks} {goes_on} on in the background:"));
        if ids.len() > MOST_NAMED {
            self.terminal.line(format_args!("  see     {}", self.session.command("list", &[])));
            return;
        }
        for id in &ids {
            self.terminal.line(format_args!("  see     {}", self.session.command("results", &[*id])));
        }
        self.terminal.line(format_args!("  cancel  {}", self.session.command("cancel", &ids)));
    }
}
