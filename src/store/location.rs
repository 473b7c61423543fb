//! Which store is meant? `memory:`, `sqlite:PATH`, `postgres://…`.

use std::fmt;
use std::path::{Path, PathBuf};

use super::postgres::PostgresAddress;

/// The address of a store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StoreLocation {
    /// Within this process, for as long as it lives.
    Memory,
    /// One file, absolute, shared by processes of one machine.
    Sqlite(PathBuf),
    /// A database, shared by processes of many machines. Shown without its password.
    Postgres(Box<PostgresAddress>),
}

impl StoreLocation {
    /// Reads an address; a relative path is taken from `root`.
    pub fn parse(text: &str, root: &Path) -> Result<Self, String> {
        if text == "memory:" {
            return Ok(Self::Memory);
        }
        if let Some(address) = PostgresAddress::parse(text) {
            return address.map(|address| Self::Postgres(Box::new(address)));
        }
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() && !path.contains('\0') => Ok(Self::Sqlite(root.join(path))),
            _ => Err(format!(
                "store {text:?} is not an address: use `memory:`, `sqlite:PATH` or \
                 `postgres://USER@HOST:PORT/DATABASE`"
            )),
        }
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => formatter.write_str("memory:"),
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(address) => address.fmt(formatter),
        }
    }
}
