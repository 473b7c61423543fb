//! What is a project of a service? An id, where its code and its documents lie, and who may work on it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::UserName;

/// The id of a project: a letter or digit, then at most 127 letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ProjectId(Box<str>);

/// The longest id, in bytes.
const LONGEST: usize = 128;

impl ProjectId {
    /// The id as text; also the name of a folder.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the documents of the project lie that nobody has put elsewhere.
    #[must_use]
    pub fn artifacts(&self, workspace_root: &Path) -> PathBuf {
        Self::all(workspace_root).join(self.as_str()).join("artifacts")
    }

    /// The folder that has one for each project.
    #[must_use]
    pub fn all(workspace_root: &Path) -> PathBuf {
        workspace_root.join("projects")
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for ProjectId {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let begins_well = id.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
        if id.len() <= LONGEST && begins_well && id.bytes().all(is_plain) {
            return Ok(Self(id.into()));
        }
        let shown: String = id.chars().take(64).collect();
        Err(format!(
            "{shown:?} is no id of a project: a letter or digit, then at most {} of letters, digits, -, _ and .",
            LONGEST - 1
        ))
    }
}

/// A project of a service, as its store has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Project {
    /// What everybody calls it by.
    #[serde(rename = "project_id")]
    pub id: ProjectId,
    /// The code under test, absolute.
    pub root: PathBuf,
    /// Its interpreter, absolute; `None` for that of the service.
    pub python: Option<PathBuf>,
    /// The folder of its documents, absolute; made when something is written there.
    pub artifacts: PathBuf,
    /// Who looks after it, besides admins: may work on it, and forget it. `None` where that is for admins alone.
    pub owner: Option<UserName>,
    /// Who else may work on it.
    pub members: BTreeSet<UserName>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

impl Project {
    /// A new project whose code lies at `path`, with the interpreter of its `.venv` where it has one, and its documents
    /// below `workspace_root`. Nobody may work on it yet. The error says what is wrong with `path`.
    pub fn at(path: &Path, id: ProjectId, workspace_root: &Path) -> Result<Self, String> {
        let refused = |reason: &str| format!("{} is no project: {reason}", path.display());
        let root = path.canonicalize().map_err(|error| refused(&error.to_string()))?;
        if !root.is_dir() {
            return Err(refused("it is no folder"));
        }
        if root.to_str().is_none() {
            return Err(refused("its name is not UTF-8"));
        }
        Ok(Self {
            artifacts: id.artifacts(workspace_root),
            id,
            python: Some(root.join(".venv/bin/python")).filter(|path| path.is_file()),
            root,
            owner: None,
            members: BTreeSet::new(),
            created_at: Utc::now(),
        })
    }

    /// Whether a user of this name looks after it.
    #[must_use]
    pub fn is_owned_by(&self, user: &str) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.as_str() == user)
    }

    /// Whether a user of this name may work on it.
    #[must_use]
    pub fn has_member(&self, user: &str) -> bool {
        self.is_owned_by(user) || self.members.iter().any(|member| member.as_str() == user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_name_of_a_folder_and_of_no_other() {
        for id in ["shop", "7", "123e4567-e89b-12d3-a456-426614174000", "a..b", &"a".repeat(128)] {
            assert_eq!(id.parse::<ProjectId>().map(|id| id.to_string()), Ok(id.to_owned()));
        }
        for id in ["", ".", "..", "-a", "a/b", "a\\b", "a b", "ü", "a\0", &"a".repeat(129)] {
            assert!(id.parse::<ProjectId>().is_err(), "{id:?}");
        }
    }
}
