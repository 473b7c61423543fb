//! What does a sign to stop do? The first hands the tasks over and says how to cancel them; a second cancels them.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::describe::plural;
use super::error::CommandError;
use super::follow::Ending;
use super::handover::{self, Heir};
use super::output::Terminal;
use super::progress::Waiting;
use super::session::Session;
use super::signals::Signals;
use super::submit;
use crate::engine::Engine;
use crate::task::{Lane, TaskId, TaskStatus};

/// How many ids a hint names.
const MOST_NAMED: usize = 3;
/// How long after the first sign to stop a second one is heeded.
const SECOND_THOUGHTS: Duration = Duration::from_secs(2);

/// Tasks whose process was asked to stop.
pub(super) struct Interrupted<'a> {
    pub(super) session: &'a Session,
    pub(super) terminal: &'a Terminal,
    pub(super) tasks: Vec<(TaskId, Lane)>,
}

impl Interrupted<'_> {
    /// Stops the engine and its attempts, then has another process go on; with a second signal, nobody.
    pub(super) async fn hand_over(
        &self,
        ending: &Ending,
        engine: &Engine,
        signals: &mut Signals,
    ) -> Result<(), CommandError> {
        if !engine.is_durable() {
            return self.end_with_process(engine).await;
        }
        let until = Instant::now() + SECOND_THOUGHTS;
        let is_signal = matches!(ending, Ending::Stopped(_));
        self.terminal.note(if is_signal { "stopping here; once more cancels" } else { "stopping here" });
        let mut cancelled = self.stop(engine, signals).await;
        let engine = self.session.open_without_workers().await?;
        if !cancelled {
            tokio::select! {
                heir = handover::hand_over(self.session, &engine, &self.tasks) => self.say_who_goes_on(&heir?),
                _ = signals.next() => cancelled = true,
            }
        }
        if !cancelled && is_signal {
            cancelled = self.waits_for_another(until, signals).await;
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

    /// The user may have second thoughts once it is said who goes on. Answers whether a second signal came.
    async fn waits_for_another(&self, until: Instant, signals: &mut Signals) -> bool {
        let what = if self.tasks.len() == 1 { "it" } else { "them" };
        let _waiting = Waiting::new(self.terminal, format!("Ctrl-C now cancels {what}"));
        tokio::time::timeout_at(until, signals.next()).await.is_ok()
    }

    async fn end_with_process(&self, engine: &Engine) -> Result<(), CommandError> {
        self.cancel(engine).await?;
        engine.stop(Duration::ZERO).await;
        self.terminal.note("the store `memory:` ends with this process: nothing can go on");
        Ok(())
    }

    async fn cancel(&self, engine: &Engine) -> Result<(), CommandError> {
        let tasks = try_join_all(self.tasks.iter().map(|(id, _)| engine.cancel(*id))).await?;
        let has_ended = |status: TaskStatus| status.is_final() && status != TaskStatus::Cancelled;
        let ended = tasks.iter().filter(|task| has_ended(task.status())).count();
        self.terminal.line(format_args!("cancelled {}", plural(tasks.len() - ended, "task")));
        if ended > 0 {
            self.terminal.line(format_args!("{} had ended before", plural(ended, "task")));
        }
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
