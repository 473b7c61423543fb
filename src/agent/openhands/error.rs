//! What went wrong at the server, and what does it mean for the task? The one table of classes.

use std::time::Duration;

use serde_json::Value;
use thiserror::Error;

use super::ServerOptions;
use super::events::ConversationError;
use super::host::HostOptions;
use crate::redact::Redactor;
use crate::task::{ErrorKind, Failure};

/// The longest part of an answer that a message quotes, in bytes.
const MOST_QUOTED: usize = 400;

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum HttpError {
    /// No connection, or none that lasted.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// An answer that says no.
    #[error("it answered {status}: {detail}")]
    Refused {
        /// The status of the answer.
        status: u16,
        /// What it says.
        detail: String,
        /// How long it asks us to wait.
        retry_after: Option<Duration>,
    },
    /// An answer that makes no sense.
    #[error("its answer makes no sense: {0}")]
    Malformed(String),
    /// An answer that nobody should have to read.
    #[error("its answer is too large")]
    TooLarge,
    /// Nothing can be asked with these settings.
    #[error("it cannot be asked: {0}")]
    Unusable(String),
}

impl HttpError {
    /// Whether the same request may be answered later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Malformed(_) | Self::TooLarge | Self::Unusable(_) => false,
        }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether there is nothing where we asked.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// What the body of an answer says, in a line without keys.
    pub(super) fn detail_of(body: &[u8], redactor: &Redactor) -> String {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return "it does not say why".to_owned() };
        let texts: Vec<&str> = match &body["detail"] {
            Value::String(text) => vec![text],
            Value::Array(items) => items.iter().filter_map(|item| item["msg"].as_str()).collect(),
            _ => Vec::new(),
        };
        let exception = body["exception"].as_str();
        let line = texts.into_iter().chain(exception).collect::<Vec<_>>().join("; ");
        if line.is_empty() { "it does not say why".to_owned() } else { shortened(&line, redactor) }
    }

    /// The failure of an attempt that needed this answer of the server.
    pub(super) fn into_failure(self, options: &ServerOptions) -> Failure {
        let (kind, remedy) = self.meaning();
        let remedy = match &options.host {
            HostOptions::Given(_) => remedy,
            // Its address and key are no setting.
            HostOptions::Own(_) | HostOptions::Docker(_) => "",
        };
        let retry_after = self.retry_after();
        let message = format!("agent server {}: {self}{remedy}", options.address());
        Failure { retry_after, ..Failure::new(kind, message) }
    }

    /// Its class, and what to do where the server is a user's.
    fn meaning(&self) -> (ErrorKind, &'static str) {
        match self {
            Self::Refused { status: 401 | 403, .. } => {
                (ErrorKind::Authentication, ": set OPENHANDS_SESSION_API_KEY to the key of that server")
            }
            Self::Refused { status: 429, .. } => (ErrorKind::RateLimit, ""),
            Self::Refused { status, .. } if *status >= 500 => (ErrorKind::Transient, ": look at its log"),
            Self::Refused { .. } => (
                ErrorKind::Config,
                ": is OPENHANDS_SERVER_URL an OpenHands agent server of version 1.58 or later?",
            ),
            Self::Unreachable(_) => {
                (ErrorKind::Transient, ": is it running, and OPENHANDS_SERVER_URL right?")
            }
            Self::Malformed(_) | Self::TooLarge => {
                (ErrorKind::Protocol, ": is it an OpenHands agent server?")
            }
            Self::Unusable(_) => {
                (ErrorKind::Config, ": check OPENHANDS_SERVER_URL and OPENHANDS_SESSION_API_KEY")
            }
        }
    }
}

/// The failure of a conversation that ended with an error.
pub(super) fn conversation_failure(
    error: Option<&ConversationError>,
    model: &str,
    redactor: &Redactor,
) -> Failure {
    let Some(error) = error else {
        return Failure::new(
            ErrorKind::Transient,
            "the agent's run ended with an error, and it does not say which",
        );
    };
    let detail = shortened(&error.detail, redactor);
    let (kind, remedy) = match error.code.as_str() {
        "LLMAuthenticationError" => {
            (ErrorKind::Authentication, ": set LLM_API_KEY (or OPENROUTER_API_KEY) to a key of its provider")
        }
        "LLMRateLimitError" if is_quota(&detail) => {
            (ErrorKind::Quota, ": look at the account of its provider")
        }
        "LLMRateLimitError" => (ErrorKind::RateLimit, ""),
        "LLMBadRequestError" => (
            ErrorKind::Config,
            ": check LLM_MODEL, which names the provider first (openai/…), and LLM_BASE_URL",
        ),
        "MaxIterationsReached" => (ErrorKind::Budget, ": raise OPENHANDS_AGENT_STEPS"),
        // Such as LLMServiceUnavailableError: the model, or the way to it, may be better later.
        _ => (ErrorKind::Transient, ""),
    };
    let retry_after = (kind == ErrorKind::RateLimit).then(|| asked_to_wait(&detail)).flatten();
    let message = format!("model {model}: {}: {detail}{remedy}", error.code);
    Failure { retry_after, ..Failure::new(kind, message) }
}

fn is_quota(detail: &str) -> bool {
    let detail = detail.to_lowercase();
    ["quota", "billing", "credit", "insufficient"].iter().any(|word| detail.contains(word))
}

/// How long a provider asks to wait, where its message says so: `try again in 20s`, `retry after 3 seconds`.
fn asked_to_wait(detail: &str) -> Option<Duration> {
    let detail = detail.to_lowercase();
    let rest = ["try again in ", "retry after ", "retry-after: "]
        .iter()
        .find_map(|words| detail.split_once(words).map(|(_, rest)| rest))?;
    let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
    let (number, unit) = rest.split_at(digits);
    let number: f64 = number.trim_end_matches('.').parse().ok()?;
    let seconds = match unit.trim_start() {
        unit if unit.starts_with("ms") || unit.starts_with("milli") => number / 1000.0,
        unit if unit.starts_with('m') => number * 60.0,
        unit if unit.starts_with('h') => number * 3600.0,
        _ => number,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

/// One line of at most so many bytes, without keys: they are taken out first, since a part of one is not known as such.
pub(super) fn shortened(text: &str, redactor: &Redactor) -> String {
    let text = redactor.text(text);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.floor_char_boundary(MOST_QUOTED);
    if end < line.len() { format!("{}…", &line[..end]) } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_says_how_long_to_wait() {
        for (text, seconds) in [
            ("Rate limit reached. Please try again in 20s.", 20.0),
            ("please retry after 3 seconds", 3.0),
            ("Try again in 1.5m", 90.0),
            ("try again in 250ms", 0.25),
        ] {
            assert_eq!(asked_to_wait(text), Some(Duration::from_secs_f64(seconds)), "{text}");
        }
        assert_eq!(asked_to_wait("Rate limit reached"), None);
        assert_eq!(asked_to_wait("try again in a while"), None);
    }

    #[test]
    fn an_answer_is_told_without_what_was_asked() {
        let body = br#"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":{"api_key":"sk"}}]}"#;
        let detail_of = |body: &[u8]| HttpError::detail_of(body, &Redactor::default());
        assert_eq!(detail_of(body), "Field required");
        assert_eq!(detail_of(br#"{"detail":"Unauthorized"}"#), "Unauthorized");
        assert_eq!(detail_of(b"<html>"), "it does not say why");
    }
}
