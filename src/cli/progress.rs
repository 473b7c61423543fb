//! How far is it? On a terminal a line for each running task, redrawn; elsewhere one plain line for each change.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use indicatif::{ProgressBar, ProgressStyle};

use super::describe;
use super::output::{BOLD, DIM, ERROR, GOOD, QuietKeys, Terminal};
use crate::engine::Finished;
use crate::task::{Stage, State, Task, TaskId, TaskStatus, Wait};

/// How often a terminal's spinner turns.
const TURN: Duration = Duration::from_millis(120);

/// What is shown of the tasks that a command waits for.
#[derive(Debug)]
pub(super) struct Display {
    terminal: Terminal,
    total: usize,
    ended: usize,
    /// What was last said of each task.
    lines: HashMap<TaskId, Line>,
    /// `2 of 5`, where there are several.
    overall: Option<ProgressBar>,
    _keys: Option<QuietKeys>,
}

#[derive(Debug, Default)]
struct Line {
    said: Option<Moment>,
    bar: Option<ProgressBar>,
}

/// What counts as a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    status: TaskStatus,
    stage: Option<Stage>,
    iteration: u32,
    retries: u32,
}

impl Moment {
    fn of(task: &Task) -> Self {
        Self {
            status: task.status(),
            stage: task.progress.as_ref().map(|progress| progress.stage),
            iteration: task.progress.as_ref().map_or(0, |progress| progress.iteration),
            retries: task.retries,
        }
    }
}

impl Display {
    /// A display of so many tasks.
    pub(super) fn new(terminal: &Terminal, total: usize) -> Self {
        let keys = QuietKeys::new(terminal);
        let overall = terminal.bars().filter(|_| total > 1).map(|bars| {
            let bar = bars.add(ProgressBar::new(total as u64));
            bar.set_style(style("{bar:24} {pos} of {len}  {elapsed:.dim}"));
            bar.enable_steady_tick(TURN);
            bar
        });
        Self { terminal: terminal.clone(), total, ended: 0, lines: HashMap::new(), overall, _keys: keys }
    }

    /// Shows a task as it stands.
    pub(super) fn show(&mut self, task: &Task) {
        let moment = Moment::of(task);
        let line = self.lines.entry(task.id()).or_default();
        let is_change = line.said != Some(moment);
        match self.terminal.bars() {
            Some(_) if moment.status == TaskStatus::Queued && self.total > 1 => {}
            Some(bars) => {
                let bar = line.bar.get_or_insert_with(|| {
                    let bar = bars.add(ProgressBar::new_spinner());
                    bar.set_style(style("{spinner} {elapsed:>4.dim}  {prefix}  {wide_msg}"));
                    bar.set_prefix(describe::label(task).to_owned());
                    bar.enable_steady_tick(TURN);
                    bar
                });
                bar.set_message(state_text(task));
            }
            // Nothing new: it was just submitted.
            None if moment.status == TaskStatus::Queued && line.said.is_none() => {}
            None if is_change => {
                let (name, text) = (describe::label(task), state_text(task));
                self.terminal.line(format_args!("{name}: {text}"));
            }
            None => {}
        }
        line.said = Some(moment);
    }

    /// Shows how a task ended.
    pub(super) fn end(&mut self, finished: &Finished) {
        self.ended += 1;
        if let Some(bar) = self.lines.remove(&finished.task.id()).and_then(|line| line.bar) {
            bar.finish_and_clear();
        }
        if let Some(overall) = &self.overall {
            overall.inc(1);
        }
        // On a terminal what a single task left follows at once.
        if self.total > 1 || self.terminal.bars().is_none() {
            let style = if finished.is_success() { GOOD } else { ERROR };
            let (name, summary) = (describe::label(&finished.task), describe::summary(finished));
            let status = finished.task.status();
            let count =
                if self.total > 1 { format!("[{}/{}] ", self.ended, self.total) } else { String::new() };
            self.terminal.line(format_args!(
                "{DIM}{count}{DIM:#}{BOLD}{name}{BOLD:#}: {style}{status}{style:#}{summary}"
            ));
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let bars = self.lines.values().filter_map(|line| line.bar.as_ref()).chain(&self.overall);
        for bar in bars {
            bar.finish_and_clear();
        }
    }
}

/// A turning line that says what is waited for, for as long as it lives; nothing where nothing can be redrawn.
#[derive(Debug)]
pub(super) struct Waiting {
    bar: Option<ProgressBar>,
    _keys: Option<QuietKeys>,
}

impl Waiting {
    /// Begins to wait.
    pub(super) fn new(terminal: &Terminal, text: String) -> Self {
        let keys = QuietKeys::new(terminal);
        let bar = terminal.bars().map(|bars| {
            let bar = bars.add(ProgressBar::new_spinner());
            bar.set_style(style("{spinner} {wide_msg}"));
            bar.set_message(text);
            bar.enable_steady_tick(TURN);
            bar
        });
        Self { bar, _keys: keys }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `verifying: run 2 of 3 (iteration 1 of 3)`.
fn state_text(task: &Task) -> String {
    match (&task.state, &task.progress, &task.failure) {
        (State::Running { .. }, Some(progress), _) => {
            let is_telling = progress.iteration > 1 || progress.stage == Stage::Working;
            let position = progress.position().filter(|_| is_telling);
            let position = position.map(|position| format!(" ({position})")).unwrap_or_default();
            let message = if progress.message.is_empty() { "" } else { &progress.message };
            let colon = if message.is_empty() { "" } else { ": " };
            format!("{}{colon}{message}{position}", progress.stage)
        }
        (State::Running { .. }, None, _) => "started".to_owned(),
        (State::Pending { wait: Wait::Due(due) }, _, Some(failure)) => {
            let seconds = (*due - Utc::now()).num_seconds().max(0);
            format!("retry {} in {seconds} s: {}", task.retries, failure.message)
        }
        (State::Pending { wait: Wait::Due(due) }, _, None) => {
            format!("waits until {}", due.to_rfc3339_opts(SecondsFormat::Secs, true))
        }
        (State::Pending { wait: Wait::Dependencies { open } }, _, _) => {
            format!("waits for {}", describe::plural(*open as usize, "other task"))
        }
        (state, _, _) => state.status().to_string(),
    }
}

/// A style from a template of ours.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
