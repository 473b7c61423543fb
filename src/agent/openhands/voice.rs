//! How is an agent's work told? Its last action in a line with what it used so far, and every line with the task;
//! never a key.

use super::watch::Listener;
use crate::agent::Brief;
use crate::redact::Redactor;
use crate::task::{LogLevel, Usage};

/// Tells people what is heard of a run.
pub(super) struct Voice<'a> {
    brief: &'a Brief<'a>,
    redactor: &'a Redactor,
    spent_before: Usage,
    usage: Usage,
    last: String,
}

impl<'a> Voice<'a> {
    /// `spent_before` is what the task used before this conversation.
    pub(super) fn new(brief: &'a Brief<'a>, redactor: &'a Redactor, spent_before: Usage) -> Self {
        let last = "the agent begins".to_owned();
        Self { brief, redactor, spent_before, usage: Usage::default(), last }
    }

    fn report(&self) {
        let usage = self.spent_before.plus(self.usage);
        let mut text = self.last.clone();
        if usage.tokens() > 0 {
            text = format!("{text} · {} tokens", usage.tokens());
        }
        if let Some(cost) = usage.cost_usd {
            text = format!("{text} · ${cost:.4}");
        }
        (self.brief.progress)(text);
    }
}

impl Listener for Voice<'_> {
    fn line(&mut self, line: &str) {
        self.last = self.redactor.text(line).into_owned();
        self.brief.notes.log(LogLevel::Info, &self.last);
        self.report();
    }

    fn usage(&mut self, usage: Usage) {
        self.usage = usage;
        self.report();
    }
}
