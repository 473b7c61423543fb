//! Which file of the project is meant? Decided on the text alone, so that a submission needs no file I/O.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::task::{ErrorKind, Failure};

/// Why a path does not name a file of the project.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PathError {
    /// Nothing, or only blanks.
    #[error("path is empty: name a file of the project")]
    Empty,
    /// A NUL character.
    #[error("path {0:?} contains a NUL character")]
    Nul(String),
    /// The project root itself.
    #[error("path {0:?} is the project root: name a file in it")]
    IsRoot(String),
    /// `..` or an absolute path that leads out.
    #[error("path {path:?} is outside of the project root {root}")]
    Outside {
        /// As it was given.
        path: String,
        /// The project root.
        root: PathBuf,
    },
}

impl From<PathError> for Failure {
    fn from(error: PathError) -> Self {
        Self::new(ErrorKind::Config, error.to_string())
    }
}

/// A file or folder of the project: relative, `/`-separated, without `.` and `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProjectPath(String);

impl ProjectPath {
    /// Reads a path as a user gives it: relative to `root`, or absolute and inside of it.
    pub fn parse(text: &str, root: &Path) -> Result<Self, PathError> {
        Self::parse_owned(text.to_owned(), root)
    }

    /// The same for a text that may become the path.
    pub(crate) fn parse_owned(text: String, root: &Path) -> Result<Self, PathError> {
        if is_plain(&text) { Ok(Self(text)) } else { Self::normalize(&text, root) }
    }

    fn normalize(text: &str, root: &Path) -> Result<Self, PathError> {
        if text.trim().is_empty() {
            return Err(PathError::Empty);
        }
        if text.contains('\0') {
            return Err(PathError::Nul(text.to_owned()));
        }
        let outside = || PathError::Outside { path: text.to_owned(), root: root.to_owned() };
        let absolute = normal_components(Path::new(text), root).ok_or_else(outside)?;
        let base = normal_components(root, Path::new("/")).ok_or_else(outside)?;
        match absolute.strip_prefix(base.as_slice()) {
            None => Err(outside()),
            Some([]) => Err(PathError::IsRoot(text.to_owned())),
            Some(names) => Ok(Self(names.join("/"))),
        }
    }

    /// The path as it stands in requests and results.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as text of its own.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// The path for the file system, relative.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(&self.0)
    }

    /// The components, outermost first.
    #[must_use]
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last component.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that holds it; `None` for what lies in the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// Whether it lies below `folder`.
    #[must_use]
    pub fn is_below(&self, folder: &Self) -> bool {
        self.0.strip_prefix(&folder.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// A text that is known to be relative and normal.
    pub(super) fn from_normal(text: String) -> Self {
        Self(text)
    }

    /// A path that is known to be relative and normal.
    pub(crate) fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().collect::<Vec<_>>().join("/"))
    }
}

/// Whether a path is surely relative and normal as it stands, as nearly all are. One look at each byte.
fn is_plain(text: &str) -> bool {
    let (mut length, mut dots) = (0, 0);
    for byte in text.bytes() {
        match byte {
            // A name that is empty, `.` or `..`.
            b'/' if length == dots && dots <= 2 => return false,
            b'/' => (length, dots) = (0, 0),
            // Blanks are looked at with care.
            b'\0' | b' ' | b'\t'..=b'\r' | 0x80.. => return false,
            b'.' => (length, dots) = (length + 1, dots + 1),
            _ => length += 1,
        }
    }
    length != dots || dots > 2
}

/// The components of `path` below the file system's root, or `None` if `..` goes above it.
fn normal_components(path: &Path, base: &Path) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for component in base.join(path).components() {
        match component {
            Component::Normal(name) => names.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => {
                names.pop()?;
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Some(names)
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl AsRef<Path> for ProjectPath {
    fn as_ref(&self) -> &Path {
        self.as_path()
    }
}
