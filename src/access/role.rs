//! What may a user do? One of three roles.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a key allows; each role may do what those after it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks after the service too: its metrics.
    Admin,
    /// Submits tasks, cancels and retries its own.
    User,
    /// Looks at its own tasks, and changes nothing.
    ReadOnly,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Admin, Self::User, Self::ReadOnly];

    /// The name on the command line, in JSON and in SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User => "user",
            Self::ReadOnly => "read_only",
        }
    }

    /// Whether it may submit, cancel and retry.
    #[must_use]
    pub fn may_write(self) -> bool {
        self != Self::ReadOnly
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        // People write it with a hyphen.
        let plain = name.replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == plain)
            .ok_or_else(|| format!("role {name:?} is unknown: use admin, user or read-only"))
    }
}
