//! Who did it? The embedded way, a model or an agent; told in every result.

use serde_json::{Map, Value, json};

use crate::task::{Documents, Failure, Usage};

/// Who did the work.
#[derive(Debug, Clone, Default)]
pub(in crate::kinds) struct Credit {
    /// The agent that did it; `None` for a model that was asked directly, and for the embedded way.
    pub(in crate::kinds) agent: Option<String>,
    /// The model that answered; `None` for the embedded way.
    pub(in crate::kinds) model: Option<String>,
    /// Why the embedded way was taken though a model was to be asked.
    pub(in crate::kinds) failure: Option<Failure>,
    /// What the model used.
    pub(in crate::kinds) usage: Usage,
}

impl Credit {
    /// The embedded way.
    pub(in crate::kinds) const EMBEDDED: &'static str = "embedded";

    pub(in crate::kinds) fn of_model(model: String, usage: Usage) -> Self {
        Self { model: Some(model), usage, ..Self::default() }
    }

    pub(in crate::kinds) fn of_agent(agent: &str, model: Option<String>, usage: Usage) -> Self {
        Self { agent: Some(agent.to_owned()), model, usage, failure: None }
    }

    /// The embedded way, taken after somebody else failed.
    pub(in crate::kinds) fn after(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    /// What a result tells.
    pub(in crate::kinds) fn tell(&self, result: &mut Map<String, Value>) {
        let by = match (&self.agent, &self.model) {
            (Some(agent), _) => agent,
            (None, Some(_)) => Documents::MODEL,
            (None, None) => Self::EMBEDDED,
        };
        let stopped = self
            .failure
            .as_ref()
            .map(|failure| json!({"error_kind": failure.kind, "error": failure.message}));
        result.insert("generated_by".to_owned(), by.into());
        result.insert("model".to_owned(), self.model.clone().into());
        result.insert("fallback".to_owned(), self.failure.is_some().into());
        result.insert("stopped".to_owned(), stopped.into());
        result.insert("usage".to_owned(), json!(self.usage));
    }
}
