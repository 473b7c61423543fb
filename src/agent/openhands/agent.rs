//! The agent of a server, as the engine knows it.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::breaker::Breaker;
use super::conversation::{Conversation, ServerInfo};
use super::host::Host;
use super::http::Http;
use super::iteration::Iteration;
use super::job::Job;
use super::known::Memory;
use super::redaction::redactor;
use super::{HttpError, ServerOptions, files};
use crate::agent::{Agent, AgentFuture, AgentReport, Brief, Engagement, Errand, Notes};
use crate::task::{ErrorKind, Failure, LogLevel, Remote, Session};

/// Writes tests, and does free-form work, by an OpenHands agent on a server.
#[derive(Debug)]
pub struct ServerAgent {
    options: ServerOptions,
    host: Arc<Host>,
    http: Result<Http, HttpError>,
    /// Filled once the server was asked whether it can do what we need, and it can.
    is_met: OnceCell<()>,
    memory: Memory,
    breaker: Breaker,
}

impl ServerAgent {
    /// An agent on this server. Opens no connection, and starts nothing.
    #[must_use]
    pub fn new(options: ServerOptions) -> Self {
        let host = Arc::new(Host::new(&options));
        let http = Http::new(Arc::clone(&host), &options);
        let breaker = Breaker::new(options.breaker);
        Self { options, host, http, is_met: OnceCell::new(), memory: Memory::default(), breaker }
    }

    /// What leaves its provider alone for a while.
    #[must_use]
    pub fn breaker(&self) -> Breaker {
        self.breaker.clone()
    }

    /// Does the work, until `cancel` fires: then it stops waiting; the conversation is ended by [`Agent::release`],
    /// or goes on for the attempt that follows.
    async fn work(&self, job: Job<'_>, cancel: &CancellationToken) -> Result<AgentReport, Failure> {
        let worked = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Failure::new(ErrorKind::Cancelled, "asked to stop")),
            worked = self.try_to_work(job) => worked,
        };
        worked.map_err(|failure| redactor(&self.host, &self.options).failure(failure))
    }

    async fn try_to_work(&self, job: Job<'_>) -> Result<AgentReport, Failure> {
        self.breaker.admit(Instant::now())?;
        let worked = self.iterate(job).await;
        self.breaker.note(&worked, Instant::now());
        worked
    }

    async fn iterate(&self, job: Job<'_>) -> Result<AgentReport, Failure> {
        let remote = self.terms(job.engagement())?;
        let http = self.http()?;
        if self.host.is_to_be_started() {
            (job.engagement().progress)("an agent server is started".to_owned());
        }
        self.host.ready().await?;
        self.is_met.get_or_try_init(|| self.meet(http)).await?;
        let (options, redactor, memory) = (&self.options, &redactor(&self.host, &self.options), &self.memory);
        Iteration { http, options, redactor, remote, job, memory }.run().await
    }

    /// The terms of the task, if they are for a provider to whom our key may be sent.
    fn terms<'a>(&self, engagement: &Engagement<'a>) -> Result<&'a Remote, Failure> {
        let refused = |message: String| Err(Failure::new(ErrorKind::Config, message));
        let Some(remote) = engagement.remote else {
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
        let info = info.map_err(|error| error.into_failure(&self.options))?;
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
        self.http.as_ref().map_err(|error| error.clone().into_failure(&self.options))
    }

    async fn end(&self, session: &Session) -> Result<(), HttpError> {
        if !self.host.may_remember() {
            return Ok(());
        }
        self.wake().await?;
        let http = self.http.as_ref().map_err(Clone::clone)?;
        let conversation = Conversation { http, id: session.conversation };
        let patience = self.options.patience.farewell;
        self.meet_late_comer(&conversation).await?;
        http.within(patience, || conversation.interrupt()).await?;
        http.within(patience, || conversation.delete()).await?;
        files::clear(http, &self.options, session.conversation).await
    }

    /// Has a server of ours be there, if that does not take too long.
    async fn wake(&self) -> Result<(), HttpError> {
        match tokio::time::timeout(self.options.patience.start, self.host.ready()).await {
            Ok(ready) => ready.map_err(|failure| HttpError::Unreachable(failure.message)),
            Err(_) => Err(HttpError::Unreachable("it does not start".to_owned())),
        }
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
                notes.log(LogLevel::Warning, &redactor(&self.host, &self.options).text(&line));
            }
        }
    }
}

impl Agent for ServerAgent {
    fn name(&self) -> &'static str {
        self.options.agent()
    }

    fn end_orphans(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.host.end_orphans())
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.host.close())
    }

    fn let_go_after_fork(&self) {
        self.host.let_go_after_fork();
    }

    fn keeps_workspace(&self) -> bool {
        true
    }

    fn release<'a>(&'a self, notes: &'a dyn Notes) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(self.release(notes))
    }

    fn write_tests<'a>(&'a self, brief: &'a Brief<'a>, cancel: &'a CancellationToken) -> AgentFuture<'a> {
        Box::pin(self.work(Job::Tests(brief), cancel))
    }

    fn runs_errands(&self) -> bool {
        true
    }

    fn run_errand<'a>(&'a self, errand: &'a Errand<'a>, cancel: &'a CancellationToken) -> AgentFuture<'a> {
        Box::pin(self.work(Job::Errand(errand), cancel))
    }
}
