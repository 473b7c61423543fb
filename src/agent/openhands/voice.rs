//! How is an agent's work told? Its last action in a line with what it used so far, and every line with the task;
//! never a key.

use uuid::Uuid;

use super::error::shortened;
use super::watch::Listener;
use crate::agent::Engagement;
use crate::redact::Redactor;
use crate::task::{LogLevel, Session, Usage};

/// Tells people what is heard of a run.
pub(super) struct Voice<'a> {
    engagement: &'a Engagement<'a>,
    redactor: &'a Redactor,
    /// The conversation that is heard, and what it had cost when this run was ordered.
    conversation: Uuid,
    cost_before: f64,
    spent_before: Usage,
    usage: Usage,
    last: String,
}

impl<'a> Voice<'a> {
    /// Of a run in this conversation, which had cost so much before.
    pub(super) fn new(
        engagement: &'a Engagement<'a>,
        redactor: &'a Redactor,
        session: &Session,
        cost_before: f64,
    ) -> Self {
        let (conversation, spent_before) = (session.conversation, session.spent_before);
        let (usage, last) = (Usage::default(), "the agent begins".to_owned());
        Self { engagement, redactor, conversation, cost_before, spent_before, usage, last }
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
        (self.engagement.progress)(text);
    }
}

impl Listener for Voice<'_> {
    fn line(&mut self, line: &str) {
        self.last = shortened(line, self.redactor);
        self.engagement.notes.log(LogLevel::Info, &self.last);
        self.report();
    }

    fn usage(&mut self, usage: Usage) {
        self.usage = usage;
        if let Some(cost) = usage.cost_usd {
            let cost = (cost - self.cost_before).max(0.0);
            self.engagement.notes.models().spent(self.conversation, cost);
        }
        self.report();
    }
}
