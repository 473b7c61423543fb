//! Why did it not work, and is another try worth it? The one list of error kinds.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

macro_rules! error_kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal,)+) => {
        /// The `error_kind` of a failed task.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl ErrorKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in JSON, SQL and Python.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

error_kinds! {
    /// The module is missing, cannot be imported, or has nothing to test.
    InvalidModule => "invalid_module",
    /// The interpreter, a folder or the disk cannot do what is needed.
    Environment => "environment",
    /// No test survived verification.
    Verification => "verification",
    /// The tests hold, but reach too little of the module.
    CoverageGap => "coverage_gap",
    /// Ended on request.
    Cancelled => "cancelled",
    /// The processes that ran it died, three times.
    Lost => "lost",
    /// A task it depends on did not complete.
    Dependency => "dependency",
    /// Nobody ran it in time.
    Expired => "expired",
    /// A bug: of ours, or of a user's own handler.
    Internal => "internal",
    /// The provider refused the key.
    Authentication => "authentication",
    /// The provider asked to slow down.
    RateLimit => "rate_limit",
    /// The account is used up.
    Quota => "quota",
    /// The provider or the network had a bad moment.
    Transient => "transient",
    /// The attempt reached its time limit.
    Timeout => "timeout",
    /// The agent went round in circles.
    Stuck => "stuck",
    /// The attempt reached its cost or token limit.
    Budget => "budget",
    /// The request cannot be carried out as it is configured.
    Config => "config",
    /// The agent answered something that makes no sense.
    Protocol => "protocol",
    /// The agent declined the work.
    Refused => "refused",
}

impl ErrorKind {
    /// Whether the same request may succeed on another try. A limit the user set is not a bad moment, and an agent
    /// that went round in circles has had its second chance.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::RateLimit | Self::Transient | Self::Protocol)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for ErrorKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| format!("error kind {name:?} is unknown"))
    }
}

/// What an attempt that did not succeed leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What sort of failure.
    pub kind: ErrorKind,
    /// One sentence that names the thing and the remedy.
    pub message: String,
    /// What there is all the same, such as the passing tests of a coverage gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// How long the provider asked us to wait before another try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// A failure with nothing to show.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), result: None, retry_after: None }
    }

    /// The failure of an attempt that has reached its time limit.
    #[must_use]
    pub fn at_time_limit(seconds: f64) -> Self {
        let message = format!(
            "the attempt reached its time limit of {seconds} s and was stopped; raise `timeout` of the submission"
        );
        Self::new(ErrorKind::Timeout, message)
    }

    /// The same failure, with what there is all the same.
    #[must_use]
    pub fn with_result(mut self, result: Value) -> Self {
        self.result = Some(result);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind, self.message)
    }
}
