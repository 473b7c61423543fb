//! How is a run followed to its end? Socket and looks at the server side by side, against the limits.

use std::convert::Infallible;
use std::time::Instant;

use tokio::sync::Notify;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::conversation::Conversation;
use super::done::{Done, Ending, Source};
use super::events::Event;
use super::known::Known;
use super::limits::Limits;
use super::state::State;
use super::{HttpError, ServerOptions, socket};
use crate::task::{Failure, Usage};

/// Events that wait to be read; a faster socket waits.
const MOST_WAITING: usize = 64;
/// Pages of events that are read after a run, for those that no socket brought.
const MOST_PAGES: usize = 20;

/// How following a run came to its end.
#[derive(Debug)]
pub(super) enum End {
    /// The run ended by itself.
    Ended(Ending),
    /// A limit of the task is reached; the run goes on until it is interrupted.
    Limit(Failure),
    /// The conversation is not there any more.
    Gone,
    /// The server was away for too long, or answers what makes no sense.
    Away(HttpError),
}

/// What is heard while a run is followed.
pub(super) trait Listener {
    /// The agent does something, as it tells it.
    fn line(&mut self, line: &str);
    /// What this conversation used so far.
    fn usage(&mut self, usage: Usage);
}

/// One run that is followed.
pub(super) struct Watch<'a, L> {
    pub(super) options: &'a ServerOptions,
    pub(super) conversation: Conversation<'a>,
    pub(super) done: Done,
    pub(super) limits: Limits,
    /// What the task used before this conversation.
    pub(super) spent_before: Usage,
    /// What this conversation used so far.
    pub(super) usage: Usage,
    /// The events that were heard before.
    pub(super) known: Known,
    pub(super) listener: &'a mut L,
}

/// What a look at the server brought.
enum Look {
    Seen(Option<State>),
    Away(HttpError),
}

impl<L: Listener> Watch<'_, L> {
    /// Follows the run to its end, or to a limit.
    pub(super) async fn follow(&mut self) -> End {
        let (hear, mut heard) = channel(MOST_WAITING);
        let (see, mut seen) = channel(1);
        let nudge = Notify::new();
        let looks = look(self.conversation, self.options, &nudge, see);
        let events =
            socket::follow(self.conversation.http, self.options.patience, self.conversation.id, &hear);
        tokio::select! {
            end = self.decide(&mut heard, &mut seen, &nudge) => end,
            never = looks => match never {},
            never = events => match never {},
        }
    }

    async fn decide(
        &mut self,
        heard: &mut Receiver<Event>,
        seen: &mut Receiver<Look>,
        nudge: &Notify,
    ) -> End {
        let mut leaf = None;
        loop {
            let next = tokio::time::Instant::from_std(self.limits.next());
            let end = tokio::select! {
                biased;
                Some(look) = seen.recv() => self.see(look, &mut leaf),
                Some(event) = heard.recv() => self.hear(&event, nudge),
                () = tokio::time::sleep_until(next) => None,
            };
            if let Some(end) = end {
                return end;
            }
            let used = self.spent_before.plus(self.usage);
            if let Some(failure) = self.limits.reached(used, Instant::now()) {
                return End::Limit(failure);
            }
        }
    }

    fn see(&mut self, look: Look, leaf: &mut Option<String>) -> Option<End> {
        let state = match look {
            Look::Seen(Some(state)) => state,
            Look::Seen(None) => return Some(End::Gone),
            Look::Away(error) => return Some(End::Away(error)),
        };
        if state.leaf_event_id != *leaf {
            leaf.clone_from(&state.leaf_event_id);
            self.limits.news(Instant::now());
        }
        self.state(&state, Source::Rest)
    }

    /// Tells what no socket brought in time: the end of a run may be seen before its events are heard.
    pub(super) async fn catch_up(&mut self) {
        let mut missed = Vec::new();
        let mut page = None;
        for _ in 0..MOST_PAGES {
            let Ok((events, next)) = self.conversation.events(page.as_deref()).await else { break };
            let all = events.len();
            let before = missed.len();
            missed.extend(events.into_iter().filter(|event| self.known.is_news(&event.id)));
            // A page that is asked for by a wrong name is the first one again.
            if missed.len() - before < all || next.is_none() || next == page {
                break;
            }
            page = next;
        }
        for event in missed.iter().rev() {
            self.tell(event);
        }
    }

    fn tell(&mut self, event: &Event) {
        if let Some(line) = event.line() {
            self.listener.line(&line);
        }
        if let Some(stats) = event.stats() {
            self.used(stats.usage());
        }
    }

    fn hear(&mut self, event: &Event, nudge: &Notify) -> Option<End> {
        if !self.known.is_news(&event.id) {
            return None;
        }
        self.limits.news(Instant::now());
        self.tell(event);
        if event.status().is_some() {
            // It may be of long ago: the server knows how it is now.
            nudge.notify_one();
        }
        self.state(&event.snapshot()?, Source::Socket)
    }

    fn state(&mut self, state: &State, source: Source) -> Option<End> {
        self.used(state.stats.usage());
        self.done.see(state.status, source, Instant::now()).map(End::Ended)
    }

    /// Figures only grow: older ones come late and again.
    fn used(&mut self, usage: Usage) {
        if usage.tokens() >= self.usage.tokens() && usage != self.usage {
            self.usage = Usage { cost_usd: usage.cost_usd.or(self.usage.cost_usd), ..usage };
            self.listener.usage(self.usage);
        }
    }
}

/// Looks at the server again and again, at once when nudged. Until it has been away for too long it only asks again.
async fn look(
    conversation: Conversation<'_>,
    options: &ServerOptions,
    nudge: &Notify,
    seen: Sender<Look>,
) -> Infallible {
    let patience = options.patience;
    let mut well_at = Instant::now();
    loop {
        let begin = Instant::now();
        let look = match conversation.state().await {
            Ok(state) => {
                well_at = begin;
                Some(Look::Seen(state))
            }
            Err(error) if error.may_pass() && well_at.elapsed() < patience.outage => None,
            Err(error) => Some(Look::Away(error)),
        };
        if let Some(look) = look
            && seen.send(look).await.is_err()
        {
            return std::future::pending().await;
        }
        let _ = tokio::time::timeout(patience.poll, nudge.notified()).await;
    }
}
