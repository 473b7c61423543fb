//! Who goes first? A strict order of four.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Lower numbers run first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Before everything else.
    Critical = 0,
    /// The default of test generation.
    #[default]
    High = 1,
    /// After what someone waits for.
    Normal = 2,
    /// When nothing else is to do.
    Low = 3,
}

impl Priority {
    /// All of them, first to last.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Normal, Self::Low];

    /// The name in JSON and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    /// The number in SQL and Python, 0 to 3.
    #[must_use]
    pub fn as_number(self) -> u8 {
        self as u8
    }

    /// The priority of a number, if it is one of 0 to 3.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        usize::try_from(number).ok().and_then(|index| Self::ALL.get(index).copied())
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Priority {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.as_str().eq_ignore_ascii_case(name))
            .ok_or_else(|| format!("priority {name:?} is unknown: use one of critical, high, normal, low"))
    }
}
