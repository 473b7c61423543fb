//! What follows the end of a run? It stands still, what was written comes home, and what was said and used is told.

use super::HttpError;
use super::conversation::Conversation;
use super::files::Place;
use super::iteration::{Iteration, Next};
use super::state::Status;
use super::text::bounded;
use crate::agent::AgentReport;
use crate::task::{Failure, LogLevel, Session, Usage};

/// How much is kept of what the agent said last.
const MOST_OF_MESSAGE: usize = 64 << 10;

impl Iteration<'_> {
    /// Interrupts the run and waits until it stands still: what it writes must not change under verification.
    pub(super) async fn stop(&self, session: &Session) {
        let conversation = self.conversation(session);
        let patience = self.options.patience;
        let stopped = async {
            self.http.within(patience.farewell, || conversation.interrupt()).await?;
            while conversation.state().await?.is_some_and(|state| state.status == Status::Running) {
                tokio::time::sleep(patience.reconnect).await;
            }
            Ok::<_, HttpError>(())
        };
        if !matches!(tokio::time::timeout(patience.farewell, stopped).await, Ok(Ok(()))) {
            self.note(LogLevel::Warning, "the agent could not be interrupted");
        }
    }

    /// What was written, brought home.
    pub(super) async fn report(
        &self,
        session: &Session,
        used: Usage,
        stopped: Option<Failure>,
    ) -> Result<Next, Failure> {
        let place = Place::of(self.options, self.engagement(), session.conversation);
        let left_out = self.carried(self.job.bring_home(&place, self.http, self.redactor).await)?;
        let conversation = self.conversation(session);
        let message = if self.job.wants_message() { self.last_message(&conversation).await? } else { None };
        let used = self.usage(&conversation).await.unwrap_or(used);
        Ok(Next::Report(AgentReport {
            left_out,
            model: Some(self.model(session).to_owned()),
            message,
            usage: session.spent_before.plus(used),
            stopped,
        }))
    }

    /// What the agent said last, without keys.
    async fn last_message(&self, conversation: &Conversation<'_>) -> Result<Option<String>, Failure> {
        let said = self.answered(self.http.persistently(|| conversation.last_message()).await)?;
        Ok(said.map(|said| bounded(&self.redactor.text(&said), MOST_OF_MESSAGE).to_owned()))
    }
}
