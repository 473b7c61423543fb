//! Which model does a preset mean?

use serde::{Deserialize, Serialize};

/// The setting `model_preset`: a short name for a model of OpenRouter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelPreset {
    /// DeepSeek Chat v3.1.
    DeepseekV3,
    /// Mistral Small 3.2.
    MistralSmall,
    /// Gemini 2.0 Flash, the default.
    GeminiFlash,
    /// Llama 4 Scout.
    LlamaScout,
    /// DeepSeek R1.
    DeepseekR1,
}

impl ModelPreset {
    /// The names that may be chosen.
    pub const NAMES: &[&str] =
        &["deepseek-v3", "mistral-small", "gemini-flash", "llama-scout", "deepseek-r1"];

    /// The full id, with the provider in front.
    #[must_use]
    pub fn model_id(self) -> &'static str {
        match self {
            Self::DeepseekV3 => "openrouter/deepseek/deepseek-chat-v3.1:free",
            Self::MistralSmall => "openrouter/mistralai/mistral-small-3.2-24b-instruct:free",
            Self::GeminiFlash => "openrouter/google/gemini-2.0-flash-exp:free",
            Self::LlamaScout => "openrouter/meta-llama/llama-4-scout:free",
            Self::DeepseekR1 => "openrouter/deepseek/deepseek-r1-0528-qwen3-8b:free",
        }
    }
}
