//! Which store is meant? `memory:`, `sqlite:PATH`.

use std::fmt;
use std::path::{Path, PathBuf};

/// The address of a store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StoreLocation {
    /// Within this process, for as long as it lives.
    Memory,
    /// One file, absolute, shared by processes of one machine.
    Sqlite(PathBuf),
}

impl StoreLocation {
    /// Reads an address; a relative path is taken from `root`.
    pub fn parse(text: &str, root: &Path) -> Result<Self, String> {
        if text == "memory:" {
            return Ok(Self::Memory);
        }
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() && !path.contains('\0') => Ok(Self::Sqlite(root.join(path))),
            _ => Err(format!("store {text:?} is not an address: use `memory:` or `sqlite:PATH`")),
        }
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => formatter.write_str("memory:"),
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
        }
    }
}
