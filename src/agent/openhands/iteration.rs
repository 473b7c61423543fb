//! How does one iteration go? Opened, followed to its end, stopped where it must be, and what it wrote brought home.

use std::time::Instant;

use super::conversation::Conversation;
use super::done::{Done, Ending};
use super::error::conversation_failure;
use super::files::{Fault, Place};
use super::http::Http;
use super::job::Job;
use super::known::Memory;
use super::limits::Limits;
use super::opening::{Opening, next_session};
use super::request::{Asked, request};
use super::state::Status;
use super::voice::Voice;
use super::watch::{End, Watch};
use super::{HttpError, ServerOptions};
use crate::agent::{AgentReport, Engagement};
use crate::redact::Redactor;
use crate::task::{ErrorKind, Failure, LogLevel, Remote, Session, Usage};

/// Conversations that may follow one that got stuck.
const FRESH_STARTS: u32 = 1;

/// One iteration of one task.
pub(super) struct Iteration<'a> {
    pub(super) http: &'a Http,
    pub(super) options: &'a ServerOptions,
    pub(super) redactor: &'a Redactor,
    pub(super) remote: &'a Remote,
    pub(super) job: Job<'a>,
    pub(super) memory: &'a Memory,
}

/// A run that was ordered.
struct Ordered {
    session: Session,
    /// Where the conversation stood before; `None` where nobody knows.
    before: Option<Status>,
    /// The error that it had ended with before.
    known_error: Option<String>,
    /// What it had cost before, as far as that is known.
    cost_before: f64,
}

/// What follows from the end of a run.
pub(super) enum Next {
    Report(AgentReport),
    Open(Opening),
}

impl Iteration<'_> {
    /// Runs until there is something to verify, or nothing more to be hoped for.
    pub(super) async fn run(&self) -> Result<AgentReport, Failure> {
        let limits = Limits::new(self.remote, self.time(), self.job.out_of_time(), Instant::now());
        let mut opening = self.answered(Opening::decide(self.http, self.options, self.engagement()).await)?;
        // Once an iteration, and once more for each attempt: what stops it again is here to stay.
        let mut may_go_on = true;
        loop {
            may_go_on &= !matches!(opening, Opening::GoOn(..));
            let ordered = self.open(opening).await?;
            match self.follow(&ordered, &limits, may_go_on).await? {
                Next::Report(report) => return Ok(report),
                Next::Open(next) => opening = next,
            }
        }
    }

    async fn open(&self, opening: Opening) -> Result<Ordered, Failure> {
        match opening {
            Opening::Make(session) => self.make(session).await,
            Opening::Replace(session) => self.replace(session).await,
            Opening::Rotate(session) => {
                let next = Session { model: session.model + 1, ..session.clone() };
                self.note(LogLevel::Warning, &format!("model {} takes over", self.model(&next)));
                self.follow_up(&session, next).await
            }
            Opening::Attach(session) => {
                let cost_before = self.cost(&session).await;
                Ok(Ordered { session, before: None, known_error: None, cost_before })
            }
            Opening::Say(session) => {
                let text = self.job.next();
                let cost_before = self.cost(&session).await;
                self.engagement().notes.keep_session(Some(session.clone())).await?;
                self.answered(self.conversation(&session).say(&text).await)?;
                Ok(Ordered { session, before: Some(Status::Finished), known_error: None, cost_before })
            }
            Opening::GoOn(session, before) => {
                let conversation = self.conversation(&session);
                let known_error = conversation.last_error().await.ok().flatten().map(|(id, _)| id);
                let cost_before = self.cost(&session).await;
                self.note(LogLevel::Warning, "the conversation had stopped half-way: it goes on");
                self.answered(conversation.run().await)?;
                Ok(Ordered { session, before: Some(before), known_error, cost_before })
            }
        }
    }

    async fn make(&self, session: Session) -> Result<Ordered, Failure> {
        let engagement = self.engagement();
        let place = Place::of(self.options, engagement, session.conversation);
        if engagement.notes.session().is_some() {
            self.job.begin_again().await?;
        }
        engagement.notes.keep_session(Some(session.clone())).await?;
        self.carried(place.fill(self.http, self.job).await)?;
        let text = self.job.opening(place.folder());
        let what = Asked { model: self.model(&session), folder: place.folder(), instruction: &text };
        let request = request(self.options, self.remote, engagement.task, &session, &what);
        let made = self.conversation(&session).make(&request).await;
        if made.as_ref().is_err_and(|error| !error.may_pass()) {
            // It said no: there is none, and none on its way.
            engagement.notes.keep_session(None).await?;
        }
        self.answered(made)?;
        Ok(Ordered { session, before: Some(Status::Idle), known_error: None, cost_before: 0.0 })
    }

    /// Ends a conversation and makes the one that follows it.
    async fn replace(&self, session: Session) -> Result<Ordered, Failure> {
        if session.fresh_starts >= FRESH_STARTS {
            let message = "the agent went round in circles, in a second conversation too: try another model (LLM_MODEL), \
                           or a smaller module";
            return Err(Failure::new(ErrorKind::Stuck, message));
        }
        self.note(LogLevel::Warning, "the agent was stuck: a fresh conversation begins");
        let next = Session { fresh_starts: session.fresh_starts + 1, ..session.clone() };
        self.follow_up(&session, next).await
    }

    /// Ends a conversation and makes another on these terms.
    async fn follow_up(&self, session: &Session, terms: Session) -> Result<Ordered, Failure> {
        let conversation = self.conversation(session);
        let used = self.usage(&conversation).await.unwrap_or_default();
        let patience = self.options.patience.farewell;
        let ended = self.http.within(patience, || conversation.delete()).await;
        if let Err(error) = ended {
            self.note(
                LogLevel::Warning,
                &format!("conversation {} is left behind: {error}", session.conversation),
            );
        }
        self.memory.forget(session.conversation);
        self.make(next_session(&terms, used)).await
    }

    /// The model that works in a conversation.
    pub(super) fn model(&self, session: &Session) -> &str {
        let models = &self.remote.models;
        models.get(session.model as usize).or(models.last()).map_or("", String::as_str)
    }

    fn has_another_model(&self, session: &Session) -> bool {
        (session.model as usize) + 1 < self.remote.models.len()
    }

    async fn follow(&self, ordered: &Ordered, limits: &Limits, may_go_on: bool) -> Result<Next, Failure> {
        let patience = self.options.patience;
        let session = &ordered.session;
        let engagement = self.engagement();
        engagement.notes.models().works(self.model(session));
        let mut voice = Voice::new(engagement, self.redactor, session, ordered.cost_before);
        let mut limits = limits.clone();
        limits.news(Instant::now());
        let mut watch = Watch {
            options: self.options,
            conversation: self.conversation(session),
            done: Done::new(ordered.before, patience.begin, patience.settle, Instant::now()),
            limits,
            spent_before: session.spent_before,
            usage: Usage::default(),
            known: self.memory.of(session.conversation),
            listener: &mut voice,
        };
        let end = watch.follow().await;
        watch.catch_up().await;
        let used = watch.usage;
        match end {
            End::Ended(Ending::Finished) => self.report(session, used, None).await,
            End::Ended(Ending::Stuck) => Ok(Next::Open(Opening::Replace(session.clone()))),
            End::Ended(Ending::Error) => self.after_error(ordered, used, may_go_on).await,
            End::Ended(Ending::Paused) if may_go_on => {
                Ok(Next::Open(Opening::GoOn(session.clone(), Status::Paused)))
            }
            End::Ended(Ending::Paused) => Err(Failure::new(
                ErrorKind::Transient,
                "the agent's run was paused again and again: look at its server",
            )),
            End::Ended(Ending::Waiting) => {
                let message = "the agent waits for somebody's consent, though it was told that it needs none";
                Err(Failure::new(ErrorKind::Protocol, message))
            }
            End::Ended(Ending::Deleted) | End::Gone => Err(Failure::new(
                ErrorKind::Transient,
                "somebody has ended the conversation on the agent server",
            )),
            End::Limit(failure) => {
                self.stop(session).await;
                self.report(session, used, Some(failure)).await
            }
            End::Away(error) => Err(error.into_failure(self.options)),
        }
    }

    async fn after_error(&self, ordered: &Ordered, used: Usage, may_go_on: bool) -> Result<Next, Failure> {
        let session = &ordered.session;
        let conversation = self.conversation(session);
        let found = self.answered(self.http.persistently(|| conversation.last_error()).await)?;
        let error = found.filter(|(id, _)| Some(id) != ordered.known_error.as_ref()).map(|(_, error)| error);
        match &error {
            // It says no new error: the server was killed and has come back.
            None if may_go_on => Ok(Next::Open(Opening::GoOn(session.clone(), Status::Error))),
            Some(error) if error.code == "LLMContextWindowExceedError" => {
                Ok(Next::Open(Opening::Replace(session.clone())))
            }
            Some(error) if error.code == "MaxIterationsReached" => {
                let failure = conversation_failure(Some(error), self.model(session), self.redactor);
                self.report(session, used, Some(failure)).await
            }
            _ => {
                let failure = conversation_failure(error.as_ref(), self.model(session), self.redactor);
                let is_limited = matches!(failure.kind, ErrorKind::RateLimit | ErrorKind::Quota);
                if is_limited {
                    self.engagement().notes.models().limited();
                }
                if is_limited && self.has_another_model(session) {
                    self.note(LogLevel::Warning, &failure.message);
                    return Ok(Next::Open(Opening::Rotate(session.clone())));
                }
                Err(failure)
            }
        }
    }

    /// What a conversation has cost so far; nothing where nobody knows.
    async fn cost(&self, session: &Session) -> f64 {
        let used = self.usage(&self.conversation(session)).await;
        used.and_then(|used| used.cost_usd).unwrap_or_default()
    }

    /// What a conversation used in all, if the server says so now.
    pub(super) async fn usage(&self, conversation: &Conversation<'_>) -> Option<Usage> {
        Some(conversation.state().await.ok()??.stats.usage())
    }

    pub(super) fn engagement(&self) -> &Engagement<'_> {
        self.job.engagement()
    }

    pub(super) fn conversation(&self, session: &Session) -> Conversation<'_> {
        Conversation { http: self.http, id: session.conversation }
    }

    /// How long the agent may work: the rest of the attempt is for what becomes of its work.
    fn time(&self) -> std::time::Duration {
        let left = self.engagement().time_left;
        left.saturating_sub(self.options.patience.reserve).max(left / 2)
    }

    pub(super) fn answered<T>(&self, answer: Result<T, HttpError>) -> Result<T, Failure> {
        answer.map_err(|error| error.into_failure(self.options))
    }

    pub(super) fn carried<T>(&self, outcome: Result<T, Fault>) -> Result<T, Failure> {
        outcome.map_err(|fault| match fault {
            Fault::Here(failure) => failure,
            Fault::There(error) => error.into_failure(self.options),
        })
    }

    pub(super) fn note(&self, level: LogLevel, line: &str) {
        self.engagement().notes.log(level, &self.redactor.text(line));
    }
}
