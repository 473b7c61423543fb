//! Which model is asked directly, and where? One that answers in the way of `OpenAI`, by the settings of models.

use std::fmt;

use secrecy::SecretString;

use super::agent::AgentChoice;
use super::rule::without_password;
use super::settings::Settings;
use crate::task::ChatTerms;

/// Where a provider answers in the way of `OpenAI`, where `LLM_BASE_URL` does not say.
const OPENAI: (&str, &str) = ("openai/", "https://api.openai.com/v1");
/// Names of providers that stand before a model and are no part of its name there.
const PREFIXES: &[&str] =
    &["openai/", "openrouter/", "ollama/", "ollama_chat/", "lm_studio/", "hosted_vllm/", "litellm_proxy/"];
/// Where a model of Ollama is named, its address says nothing of the way of `OpenAI`, which is below it.
const OLLAMA: (&str, &str) = ("ollama", "/v1");

/// Models, their key and their address.
#[derive(Clone)]
pub struct Chat {
    /// What a task carries of it.
    pub terms: ChatTerms,
    /// The key; a model on one's own machine may need none.
    pub api_key: Option<SecretString>,
    /// Where it answers, the password too.
    pub address: String,
}

impl Chat {
    /// What these settings say; `None` where no model is to be asked, or none can be: then the embedded way is taken.
    pub(super) fn of(settings: &Settings) -> Option<Self> {
        let llm = settings.llm();
        let is_wanted = settings.enable_real_agent && settings.agent != AgentChoice::Local;
        if !is_wanted || !llm.is_complete(settings) {
            return None;
        }
        let first = llm.models.first()?;
        let address = match &llm.base_url {
            Some(address) if first.starts_with(OLLAMA.0) && !address.contains(OLLAMA.1) => {
                format!("{}{}", address.trim_end_matches('/'), OLLAMA.1)
            }
            Some(address) => address.clone(),
            None if first.starts_with(OPENAI.0) => OPENAI.1.to_owned(),
            None => return None,
        };
        let own = |model: &String| {
            let bare = PREFIXES.iter().find_map(|prefix| model.strip_prefix(prefix));
            bare.unwrap_or(model).to_owned()
        };
        let terms = ChatTerms {
            models: llm.models.iter().map(own).collect(),
            address: without_password(&address).into_owned(),
            fallback: settings.fallback_to_mock,
        };
        Some(Self { terms, api_key: llm.api_key, address })
    }
}

impl fmt::Debug for Chat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Chat").field("terms", &self.terms).finish_non_exhaustive()
    }
}
