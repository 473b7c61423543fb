//! Which model does an OpenHands agent use, with which key, at which address? What `LLM_*` says, else the presets.

use std::fmt;

use secrecy::SecretString;

use super::rule::without_password;
use super::settings::Settings;

/// The provider whose key `OPENROUTER_API_KEY` is.
const OPENROUTER: &str = "openrouter/";

/// A model, its key and its address.
#[derive(Clone)]
pub struct Llm {
    /// The full id, with the provider in front; behind it those that take over, in their order.
    pub models: Vec<String>,
    /// The key; a model on one's own machine may need none.
    pub api_key: Option<SecretString>,
    /// Where the provider answers; `None` for where its name says.
    pub base_url: Option<String>,
}

impl Llm {
    /// A key only ever goes to the provider that it was set for: the one of the presets serves a model that
    /// `llm_model` names only where that is a model of the same provider, at no other address.
    pub(super) fn of(settings: &Settings) -> Self {
        let preset = settings.model_id().to_owned();
        let is_preset = settings.llm_model.is_none();
        let model = settings.llm_model.clone().unwrap_or(preset);
        let is_openrouters = is_preset || model.starts_with(OPENROUTER);
        let preset_key =
            settings.api_key.clone().filter(|_| is_openrouters && settings.llm_base_url.is_none());
        let preset_address =
            Some(settings.base_url.clone()).filter(|_| is_openrouters && settings.llm_api_key.is_none());
        let others = settings.llm_fallback_models.as_deref().unwrap_or_default().split(',').map(str::trim);
        let others = others.filter(|other| !other.is_empty()).map(str::to_owned);
        Self {
            models: std::iter::once(model).chain(others).collect(),
            api_key: settings.llm_api_key.clone().or(preset_key),
            base_url: settings.llm_base_url.clone().or(preset_address),
        }
    }

    /// A model that is of another provider than the first: the key is not for it.
    pub(super) fn stranger(&self) -> Option<&str> {
        let provider = |model: &str| model.split('/').next().map(str::to_owned);
        let first = self.models.first().and_then(|model| provider(model));
        self.models.iter().map(String::as_str).find(|model| provider(model) != first)
    }

    /// Whether everything is there that a provider asks for: a key, or an address of one's own.
    #[must_use]
    pub fn is_complete(&self, settings: &Settings) -> bool {
        self.api_key.is_some() || settings.llm_base_url.is_some()
    }

    /// The address as it may be shown and stored.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.base_url.as_deref().map(|address| without_password(address).into_owned())
    }
}

impl fmt::Debug for Llm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Llm")
            .field("models", &self.models)
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}
