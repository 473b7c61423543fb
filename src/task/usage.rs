//! What did a model use? Counted by whoever ran it; unknown is `None`, never 0.

use serde::{Deserialize, Serialize};

/// What was used. Unknown is `None`, never 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Money, in US dollars.
    pub cost_usd: Option<f64>,
    /// Tokens read by the model.
    pub prompt_tokens: Option<u64>,
    /// Tokens written by the model.
    pub completion_tokens: Option<u64>,
}

impl Usage {
    /// Both together. What is known of one alone is all that is known.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        fn sum<T: std::ops::Add<Output = T>>(one: Option<T>, other: Option<T>) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            }
        }
        Self {
            cost_usd: sum(self.cost_usd, other.cost_usd),
            prompt_tokens: sum(self.prompt_tokens, other.prompt_tokens),
            completion_tokens: sum(self.completion_tokens, other.completion_tokens),
        }
    }

    /// Tokens read and written, as far as they are known.
    #[must_use]
    pub fn tokens(self) -> u64 {
        self.prompt_tokens.unwrap_or(0).saturating_add(self.completion_tokens.unwrap_or(0))
    }
}
