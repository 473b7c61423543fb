//! Who brings the schema of a store up to date? The choice, as a setting has it.

use serde::{Deserialize, Serialize};

/// When an old schema is brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MigrateChoice {
    /// By whoever opens the store.
    Auto,
    /// By the command `migrate` alone: whoever opens an old one is refused.
    Never,
}

impl MigrateChoice {
    /// All names, as settings have them.
    pub const NAMES: &[&str] = &["auto", "never"];
}
