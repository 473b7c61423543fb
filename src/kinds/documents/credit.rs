//! Who did it? The embedded way, or a model; told in every result.

use serde_json::{Map, Value, json};

use crate::task::{Documents, Failure, Usage};

/// Who did the work.
#[derive(Debug, Clone, Default)]
pub(super) struct Credit {
    /// The model that answered; `None` for the embedded way.
    pub(super) model: Option<String>,
    /// Why the embedded way was taken though a model was to be asked.
    pub(super) failure: Option<Failure>,
    /// What the model used.
    pub(super) usage: Usage,
}

impl Credit {
    /// The embedded way.
    pub(super) const EMBEDDED: &'static str = "embedded";

    pub(super) fn of_model(model: String, usage: Usage) -> Self {
        Self { model: Some(model), failure: None, usage }
    }

    /// What a result tells.
    pub(super) fn tell(&self, result: &mut Map<String, Value>) {
        let by = if self.model.is_some() { Documents::MODEL } else { Self::EMBEDDED };
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
