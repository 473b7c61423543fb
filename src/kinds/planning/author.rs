//! Who makes it? A model, an agent, or nobody but ourselves; whoever fails may be followed by the embedded way.

use serde::de::DeserializeOwned;

use super::by_agent::ByAgent;
use super::by_model::ByModel;
use crate::agent::Question;
use crate::kinds::Attempt;
use crate::kinds::credit::Credit;
use crate::task::{ErrorKind, Failure, LogLevel};

/// Who is asked.
pub(super) enum Author<'a> {
    /// Nobody.
    Embedded,
    /// A model, directly.
    Model(ByModel<'a>),
    /// An agent on a server.
    Agent(ByAgent<'a>),
}

impl Author<'_> {
    /// An answer that `check` finds right, and whose it is; `None` where the embedded way is to be taken.
    pub(super) async fn answer<T: DeserializeOwned>(
        &self,
        attempt: &Attempt,
        question: Question<'_>,
        check: impl Fn(&T) -> Result<(), String>,
    ) -> Result<(Option<T>, Credit), Failure> {
        let (answered, may_fall_back) = match self {
            Self::Embedded => return Ok((None, Credit::default())),
            Self::Model(model) => (model.answer(attempt, question, check).await, model.terms.fallback),
            Self::Agent(agent) => (agent.answer(attempt, question, check).await, agent.may_fall_back()),
        };
        match answered {
            Ok((answer, credit)) => Ok((Some(answer), credit)),
            Err(failure) if may_fall_back && failure.kind != ErrorKind::Cancelled => {
                attempt.log(LogLevel::Warning, &format!("the embedded way is taken: {failure}"));
                Ok((None, Credit::after(failure)))
            }
            Err(failure) => Err(failure),
        }
    }
}
