//! How does a project get to the machine that runs its tasks?

use serde::{Deserialize, Serialize};

/// The setting `project_transfer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transfer {
    /// It is there at the same path.
    Path,
    /// Packed, through the store.
    Snapshot,
}

impl Transfer {
    /// The names in settings.
    pub(super) const NAMES: &[&str] = &["path", "snapshot"];
}
