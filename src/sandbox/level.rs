//! How well are children shut in on this machine?

use std::fmt;

use serde::{Deserialize, Serialize};

/// A level of isolation, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Namespaces: no network, an allow-list of mounts, every process of a run dies with it.
    Bubblewrap,
    /// The same allow-list by Landlock, and calls of the kernel refused by seccomp: no sockets, no tracing.
    Landlock,
    /// Limits of the kernel and a watched process tree; the file system and the network are open.
    Limits,
}

impl Level {
    /// Every level, best first.
    pub const ALL: [Self; 3] = [Self::Bubblewrap, Self::Landlock, Self::Limits];

    /// The name in results and in `doctor`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bubblewrap => "bubblewrap",
            Self::Landlock => "landlock",
            Self::Limits => "limits",
        }
    }

    /// Whether files and network are kept from a child, as `require_sandbox` asks.
    #[must_use]
    pub fn is_sandbox(self) -> bool {
        match self {
            Self::Bubblewrap | Self::Landlock => true,
            Self::Limits => false,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The level that is reached, and why not a better one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Isolation {
    /// What children run in.
    pub level: Level,
    /// Why it is not a better one; `None` for the best.
    pub reason: Option<String>,
}
