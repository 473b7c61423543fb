//! How is a model asked for a plan? As for documents: throttling is waited for, and a wrong form is asked for again once.

use serde::de::DeserializeOwned;

use crate::agent::{Asked, ChatModel, Question};
use crate::kinds::Attempt;
use crate::kinds::credit::Credit;
use crate::task::{ChatTerms, Failure};

/// A model and the terms of the task.
pub(super) struct ByModel<'a> {
    pub(super) model: &'a ChatModel,
    pub(super) terms: &'a ChatTerms,
}

impl ByModel<'_> {
    pub(super) async fn answer<T: DeserializeOwned>(
        &self,
        attempt: &Attempt,
        question: Question<'_>,
        check: impl Fn(&T) -> Result<(), String>,
    ) -> Result<(T, Credit), Failure> {
        let asked: Asked<T> = self.model.ask(self.terms, question, check, &attempt.cancel).await?;
        Ok((asked.answer, Credit::of_model(asked.model, asked.usage)))
    }
}
