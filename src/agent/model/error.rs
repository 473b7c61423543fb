//! Why did a model not answer, and what does that mean for the task?

use std::time::Duration;

use serde_json::Value;

use crate::task::{ErrorKind, Failure};

/// The longest part of an answer that a message quotes, in bytes.
const MOST_QUOTED: usize = 300;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChatError {
    /// No connection, or none that lasted.
    Unreachable(String),
    /// An answer that says no.
    Refused { status: u16, detail: String, retry_after: Option<Duration> },
    /// An answer that makes no sense.
    Malformed(String),
    /// The attempt is to stop.
    Cancelled,
}

impl ChatError {
    /// Whether the provider asks to slow down.
    pub(super) fn is_throttling(&self) -> bool {
        matches!(self, Self::Refused { status: 429 | 529, .. }) && !self.is_quota()
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether another model may do better.
    pub(super) fn is_of_the_model(&self) -> bool {
        self.is_throttling() || self.is_quota() || matches!(self, Self::Refused { status: 404, .. })
    }

    fn is_quota(&self) -> bool {
        let Self::Refused { status, detail, .. } = self else { return false };
        let detail = detail.to_lowercase();
        *status == 402
            || (*status == 429 && ["quota", "billing", "credit"].iter().any(|word| detail.contains(word)))
    }

    /// The failure of an attempt that needed the answer.
    pub(super) fn into_failure(self, model: &str, address: &str) -> Failure {
        let (kind, what) = match &self {
            Self::Cancelled => return Failure::new(ErrorKind::Cancelled, "the attempt was asked to stop"),
            Self::Unreachable(reason) => {
                (ErrorKind::Transient, format!("cannot be reached: {reason}; is LLM_BASE_URL right?"))
            }
            Self::Malformed(reason) => (ErrorKind::Protocol, reason.clone()),
            Self::Refused { status, detail, .. } => {
                let (kind, remedy) = match status {
                    401 | 403 => (
                        ErrorKind::Authentication,
                        ": set LLM_API_KEY (or OPENROUTER_API_KEY) to a key of its provider",
                    ),
                    _ if self.is_quota() => (ErrorKind::Quota, ": look at the account of its provider"),
                    429 | 529 => (ErrorKind::RateLimit, ": submit the task again later"),
                    408 | 425 | 500..=599 => (ErrorKind::Transient, ": submit the task again later"),
                    _ => (ErrorKind::Config, ": check LLM_MODEL and LLM_BASE_URL"),
                };
                (kind, format!("answered {status}: {detail}{remedy}"))
            }
        };
        let message = format!("model {model} at {address} {what}");
        Failure { retry_after: self.retry_after(), ..Failure::new(kind, message) }
    }
}

/// What the body of a refusal says, in a line.
pub(super) fn detail_of(body: &[u8]) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return "it does not say why".to_owned() };
    let told = [&body["error"]["message"], &body["error"], &body["message"], &body["detail"]];
    let told = told.into_iter().find_map(Value::as_str).unwrap_or("it does not say why");
    shortened(told)
}

/// One line of bearable length. Keys are taken out before.
pub(super) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.floor_char_boundary(MOST_QUOTED);
    if end < line.len() { format!("{}…", &line[..end]) } else { line }
}
