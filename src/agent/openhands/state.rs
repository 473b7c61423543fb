//! Where does a conversation stand? What the server says of it as a whole.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::task::Usage;

/// A conversation as it stands, of which nearly everything is left aside.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct State {
    #[serde(rename = "execution_status")]
    pub(super) status: Status,
    #[serde(default)]
    pub(super) stats: Stats,
    /// The last event: another one means that something has happened.
    #[serde(default)]
    pub(super) leaf_event_id: Option<String>,
}

/// What a conversation is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// Nothing; a run may be about to begin.
    Idle,
    /// The agent works.
    Running,
    /// Stopped on request, by us or by a server that went down.
    Paused,
    /// The agent asks whether it may: never, under the policy that we set.
    WaitingForConfirmation,
    /// The agent says that it is done, or has said something.
    Finished,
    /// The run broke off.
    Error,
    /// The agent went round in circles.
    Stuck,
    /// It is about to be gone.
    Deleting,
    /// A word of a later version.
    #[serde(other)]
    Unknown,
}

/// What its models used, by what they were used for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Stats {
    #[serde(default)]
    usage_to_metrics: BTreeMap<String, Metrics>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Metrics {
    accumulated_cost: Option<f64>,
    accumulated_token_usage: Option<Tokens>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Tokens {
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl Stats {
    /// The sum. A server without prices says that everything costs nothing: then the cost is not known.
    pub(super) fn usage(&self) -> Usage {
        let metrics = || self.usage_to_metrics.values();
        let cost: f64 = metrics().filter_map(|metrics| metrics.accumulated_cost).sum();
        let has_tokens = metrics().any(|metrics| metrics.accumulated_token_usage.is_some());
        let sum = |count: fn(&Tokens) -> u64| {
            let tokens = metrics().filter_map(|metrics| metrics.accumulated_token_usage.as_ref());
            has_tokens.then(|| tokens.map(count).sum())
        };
        Usage {
            cost_usd: (cost.is_finite() && cost > 0.0).then_some(cost),
            prompt_tokens: sum(|tokens| tokens.prompt_tokens),
            completion_tokens: sum(|tokens| tokens.completion_tokens),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn usage(stats: serde_json::Value) -> Usage {
        Stats::deserialize(stats).expect("stats").usage()
    }

    #[test]
    fn a_cost_of_nothing_is_not_known() {
        let tokens = json!({"prompt_tokens": 10, "completion_tokens": 2});
        let metrics = json!({"accumulated_cost": 0.0, "accumulated_token_usage": tokens});
        let usage = usage(json!({"usage_to_metrics": {"agent": metrics}}));
        assert_eq!((usage.cost_usd, usage.prompt_tokens, usage.completion_tokens), (None, Some(10), Some(2)));
    }

    #[test]
    fn all_models_of_a_conversation_count() {
        let metrics = json!({"accumulated_cost": 0.5, "accumulated_token_usage": {"prompt_tokens": 7}});
        let usage = usage(json!({"usage_to_metrics": {"agent": metrics.clone(), "condenser": metrics}}));
        assert_eq!(
            (usage.cost_usd, usage.prompt_tokens, usage.completion_tokens),
            (Some(1.0), Some(14), Some(0))
        );
    }

    #[test]
    fn nothing_said_is_nothing_known() {
        assert_eq!(usage(json!({})), Usage::default());
    }
}
