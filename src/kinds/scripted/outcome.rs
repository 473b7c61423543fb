//! What becomes of a task that a script decides on? One act for each attempt.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::task::ErrorKind;
use crate::verify::Removed;

/// What becomes of one task.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// One for each attempt; the last one holds for all further ones. None at all: the attempts succeed.
    pub acts: Vec<Act>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// How long it takes until it ends.
    #[serde(rename = "seconds", deserialize_with = "span")]
    pub takes: Duration,
    /// How it ends.
    pub ending: Ending,
}

/// How one attempt ends.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// With tests that hold, as these figures have it; nothing is run.
    Pass(Figures),
    /// With a failure of the agent; its kind decides whether another attempt follows.
    Fail {
        /// What sort of failure.
        kind: ErrorKind,
        /// What the task says.
        message: String,
        /// At least so long until another attempt, in seconds.
        #[serde(rename = "retry_after", deserialize_with = "optional_span")]
        retry_after: Option<Duration>,
    },
    /// At its time limit, without waiting for it.
    TimeOut,
    /// With tests of which none holds.
    Reject(Vec<Removed>),
    /// Not by itself.
    Hang,
    /// With the process that runs it.
    Die {
        /// Whether that is known at once, as on one machine; else when its lease has run out.
        noticed: bool,
    },
    /// As verification has it: this text is the test file, and everything else is real.
    Write(String),
}

/// What tests that hold come to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Lines and branches, in percent.
    pub coverage: f64,
    /// Their names; `None`: one, named after the module.
    pub tests: Option<Vec<String>>,
    /// A text that is published as the test file; `None` writes nothing.
    pub text: Option<String>,
}

impl Default for Ending {
    fn default() -> Self {
        Self::Pass(Figures { coverage: 100.0, tests: None, text: None })
    }
}

impl Outcome {
    /// What happens in an attempt, counted from 1.
    pub(super) fn act(&self, attempt: u32) -> Act {
        let index = attempt.saturating_sub(1) as usize;
        self.acts.get(index).or(self.acts.last()).cloned().unwrap_or_default()
    }
}

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
}

fn optional_span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let seconds = Option::<f64>::deserialize(deserializer)?;
    seconds.map(|seconds| Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)).transpose()
}
