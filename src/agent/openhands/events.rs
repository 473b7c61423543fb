//! What does a conversation say? The events that we read, by kind; all others are passed over.

use serde::Deserialize;
use serde_json::Value;

use super::state::{State, Stats, Status};

/// One event, of which nearly everything is left aside.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Event {
    /// By which repetitions are known.
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) what: What,
}

/// What an event tells.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind")]
pub(super) enum What {
    /// The agent does something.
    ActionEvent {
        #[serde(default)]
        tool_name: String,
        #[serde(default)]
        summary: Option<String>,
        #[serde(default)]
        action: Value,
    },
    /// Somebody says something.
    MessageEvent {
        #[serde(default)]
        source: String,
        #[serde(default)]
        llm_message: Value,
    },
    /// Something of the conversation has changed.
    ConversationStateUpdateEvent {
        #[serde(default)]
        key: String,
        #[serde(default)]
        value: Value,
    },
    /// The conversation ends with an error.
    ConversationErrorEvent(ConversationError),
    /// One step of the agent failed; it goes on.
    AgentErrorEvent {
        #[serde(default)]
        error: String,
    },
    /// Anything else.
    #[serde(other)]
    Other,
}

/// Why a conversation ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct ConversationError {
    /// The name of the error, such as `LLMRateLimitError`.
    #[serde(default)]
    pub(super) code: String,
    /// What it says.
    #[serde(default)]
    pub(super) detail: String,
}

impl Event {
    /// The state of the whole conversation, where the event is one.
    pub(super) fn snapshot(&self) -> Option<State> {
        match &self.what {
            What::ConversationStateUpdateEvent { key, value } if key == "full_state" => {
                State::deserialize(value).ok()
            }
            _ => None,
        }
    }

    /// The new status, where the event tells one.
    pub(super) fn status(&self) -> Option<Status> {
        match &self.what {
            What::ConversationStateUpdateEvent { key, value } if key == "execution_status" => {
                Status::deserialize(value).ok()
            }
            _ => None,
        }
    }

    /// The figures so far, where the event tells them.
    pub(super) fn stats(&self) -> Option<Stats> {
        match &self.what {
            What::ConversationStateUpdateEvent { key, value } if key == "stats" => {
                Stats::deserialize(value).ok()
            }
            _ => None,
        }
    }

    /// What the agent says to whoever asked it, where it says something.
    pub(super) fn message(&self) -> Option<String> {
        match &self.what {
            What::ActionEvent { tool_name, action, .. } if tool_name == "finish" => {
                action["message"].as_str().map(str::to_owned)
            }
            What::MessageEvent { source, llm_message } if source == "agent" => {
                let parts = llm_message["content"].as_array()?;
                let texts: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
                Some(texts.join("\n"))
            }
            _ => None,
        }
    }

    /// Whether the agent is told something by whoever asks it.
    pub(super) fn is_request(&self) -> bool {
        matches!(&self.what, What::MessageEvent { source, .. } if source == "user")
    }

    /// What is to be told to people, at whatever length, where there is something to say.
    pub(super) fn line(&self) -> Option<String> {
        let line = match &self.what {
            What::ActionEvent { tool_name, summary, action } => {
                let what = match summary.as_deref().filter(|summary| !summary.trim().is_empty()) {
                    Some(summary) => summary,
                    None => ["message", "command", "thought"].iter().find_map(|key| action[*key].as_str())?,
                };
                format!("{tool_name}: {what}")
            }
            What::MessageEvent { source, llm_message } if source == "agent" => {
                format!("says: {}", llm_message["content"][0]["text"].as_str()?)
            }
            What::ConversationErrorEvent(error) => format!("{}: {}", error.code, error.detail),
            What::AgentErrorEvent { error } => format!("error: {error}"),
            _ => return None,
        };
        Some(line).filter(|line| !line.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Event {
        Event::deserialize(value).expect("an event")
    }

    #[test]
    fn an_unknown_kind_is_passed_over_and_so_are_unknown_fields() {
        let event = read(json!({"id": "1", "kind": "HologramEvent", "waves": [1, 2]}));
        assert!(matches!(event.what, What::Other) && event.line().is_none() && event.snapshot().is_none());
    }

    #[test]
    fn an_action_is_told_by_its_summary_else_by_what_it_does() {
        let event = json!({"id": "1", "kind": "ActionEvent", "tool_name": "terminal", "summary": "run\n pytest",
            "action": {"command": "pytest -q"}});
        assert_eq!(read(event).line().as_deref(), Some("terminal: run\n pytest"));
        let event = json!({"id": "1", "kind": "ActionEvent", "tool_name": "terminal", "action": {"command": "pytest"}});
        assert_eq!(read(event).line().as_deref(), Some("terminal: pytest"));
    }

    #[test]
    fn the_last_word_is_what_it_finishes_with_or_says() {
        let event =
            json!({"id": "1", "kind": "ActionEvent", "tool_name": "finish", "action": {"message": "Done."}});
        assert_eq!(read(event).message().as_deref(), Some("Done."));
        let content =
            json!([{"type": "text", "text": "No"}, {"type": "image"}, {"type": "text", "text": "need."}]);
        let said = |source: &str| {
            read(
                json!({"id": "1", "kind": "MessageEvent", "source": source, "llm_message": {"content": content}}),
            )
        };
        assert_eq!(said("agent").message().as_deref(), Some("No\nneed."));
        assert_eq!(said("user").message(), None);
    }

    #[test]
    fn a_snapshot_tells_the_status_even_one_that_is_new_to_us() {
        let of = |status: &str| {
            let value = json!({"execution_status": status, "stats": {}});
            let event = json!({"id": "1", "kind": "ConversationStateUpdateEvent", "key": "full_state", "value": value});
            read(event).snapshot().expect("a snapshot").status
        };
        assert_eq!(of("stuck"), Status::Stuck);
        assert_eq!(of("dreaming"), Status::Unknown);
    }
}
