//! The agent of a server, as the engine knows it.

use std::pin::Pin;
use std::time::Instant;

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::breaker::Breaker;
use super::conversation::{Conversation, ServerInfo};
use super::http::Http;
use super::iteration::Iteration;
use super::known::Memory;
use super::{HttpError, ServerOptions, files};
use crate::agent::{Agent, AgentFuture, AgentReport, Brief, Notes};
use crate::config::AgentChoice;
use crate::redact::Redactor;
use crate::task::{ErrorKind, Failure, LogLevel, Remote, Session};

/// Writes tests by an OpenHands agent on a server.
#[derive(Debug)]
pub struct ServerAgent {
    options: ServerOptions,
    redactor: Redactor,
    http: Result<Http, HttpError>,
    /// Filled once the server was asked whether it can do what we need, and it can.
    is_met: OnceCell<()>,
    memory: Memory,
    breaker: Breaker,
}

impl ServerAgent {
    /// An agent on this server. Opens no connection.
    #[must_use]
    pub fn new(options: ServerOptions) -> Self {
        let (http, redactor) = (Http::new(&options), options.redactor());
        let breaker = Breaker::new(options.breaker);
        Self { options, redactor, http, is_met: OnceCell::new(), memory: Memory::default(), breaker }
    }

    async fn try_to_write(&self, brief: &Brief<'_>) -> Result<AgentReport, Failure> {
        self.breaker.admit(Instant::now())?;
        let written = self.write(brief).await;
        self.breaker.note(&written, Instant::now());
        written
    }

    async fn write(&self, brief: &Brief<'_>) -> Result<AgentReport, Failure> {
        let remote = self.terms(brief)?;
        let http = self.http()?;
        self.is_met.get_or_try_init(|| self.meet(http)).await?;
        let (options, redactor, memory) = (&self.options, &self.redactor, &self.memory);
        Iteration { http, options, redactor, remote, brief, memory }.run().await
    }

    /// The terms of the task, if they are for a provider to whom our key may be sent.
    fn terms<'a>(&self, brief: &Brief<'a>) -> Result<&'a Remote, Failure> {
        let refused = |message: String| Err(Failure::new(ErrorKind::Config, message));
        let Some(remote) = brief.remote else {
            return refused("the task does not say which model is to be used; submit it again".to_owned());
        };
        if remote.address != self.options.llm.address() {
            let theirs = remote.address.as_deref().unwrap_or("its own address");
            return refused(format!(
                "the task is for a model at {theirs}, and the key of this process is for another address: submit it \
                 again, or set LLM_BASE_URL as the submitter has it"
            ));
        }
        Ok(remote)
    }

    /// Makes sure, once, that this is a server that we can work with.
    async fn meet(&self, http: &Http) -> Result<(), Failure> {
        let info = http.persistently(|| ServerInfo::ask(http)).await;
        let info = info.map_err(|error| error.into_failure(&self.options.address()))?;
        if info.makes_once() {
            return Ok(());
        }
        let message = format!(
            "agent server {} {} makes a conversation anew each time that it is asked to: a task that goes on after a \
             restart would be paid for twice; use version 1.58 or later",
            self.options.address(),
            info.version
        );
        Err(Failure::new(ErrorKind::Config, message))
    }

    fn http(&self) -> Result<&Http, Failure> {
        self.http.as_ref().map_err(|error| error.clone().into_failure(&self.options.address()))
    }

    async fn end(&self, session: &Session) -> Result<(), HttpError> {
        let http = self.http.as_ref().map_err(Clone::clone)?;
        let conversation = Conversation { http, id: session.conversation };
        let patience = self.options.patience.farewell;
        self.meet_late_comer(&conversation).await?;
        http.within(patience, || conversation.interrupt()).await?;
        http.within(patience, || conversation.delete()).await?;
        files::clear(http, &self.options, session.conversation).await
    }

    /// Waits for a conversation that is not there, for a while: we may have stopped waiting for the answer to the
    /// request that makes it, and the server not for the work.
    async fn meet_late_comer(&self, conversation: &Conversation<'_>) -> Result<(), HttpError> {
        let patience = self.options.patience;
        let begin = Instant::now();
        let look = || conversation.state();
        while conversation.http.within(patience.farewell, look).await?.is_none()
            && begin.elapsed() < patience.begin
        {
            tokio::time::sleep(patience.poll).await;
        }
        Ok(())
    }

    async fn release(&self, notes: &dyn Notes) {
        let Some(session) = notes.session() else { return };
        self.memory.forget(session.conversation);
        let ended = if session.server == self.options.address() {
            self.end(&session).await.map_err(|error| error.to_string())
        } else {
            Err("it is not the server of this process".to_owned())
        };
        match ended {
            // What cannot be written down is asked for once more by whoever goes on.
            Ok(()) => drop(notes.keep_session(None).await),
            Err(reason) => {
                let line = format!(
                    "conversation {} on {} is left behind: {reason}; delete it there",
                    session.conversation, session.server
                );
                notes.log(LogLevel::Warning, &self.redactor.text(&line));
            }
        }
    }
}

impl Agent for ServerAgent {
    fn name(&self) -> &'static str {
        AgentChoice::SERVER
    }

    fn keeps_workspace(&self) -> bool {
        true
    }

    fn release<'a>(&'a self, notes: &'a dyn Notes) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(self.release(notes))
    }

    /// When `cancel` fires it stops waiting; its conversation is ended by [`Agent::release`], or goes on for the
    /// attempt that follows.
    fn write_tests<'a>(&'a self, brief: &'a Brief<'a>, cancel: &'a CancellationToken) -> AgentFuture<'a> {
        Box::pin(async move {
            let written = tokio::select! {
                biased;
                () = cancel.cancelled() => Err(Failure::new(ErrorKind::Cancelled, "asked to stop")),
                written = self.try_to_write(brief) => written,
            };
            written.map_err(|failure| self.redactor.failure(failure))
        })
    }
}
