//! What lies in a folder of artifacts? Files by paths that cannot leave it: it is held open, and all reading goes by its
//! descriptor.

use std::io::{self, Read as _};
use std::path::PathBuf;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, Metadata, OpenOptions, OpenOptionsExt as _};
use chrono::{DateTime, SecondsFormat, Utc};
use rustix::fs::OFlags;
use rustix::io::Errno;
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::http::Problem;

/// More files are not listed.
const MOST_FILES: usize = 5_000;
/// Larger files are not sent.
const MOST_BYTES: u64 = 16 << 20;

/// The artifacts of a project, or of a task.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(in crate::server) struct ArtifactList {
    /// By their paths.
    artifacts: Vec<ArtifactView>,
    /// Whether there are more than are listed.
    has_more: bool,
}

/// A file that tasks left, or work with.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct ArtifactView {
    /// Where it lies, with `/`.
    #[schema(example = "test_cases/test_req_001.py")]
    path: String,
    /// How large it is, in bytes.
    size: u64,
    /// When it was written last.
    #[schema(format = DateTime)]
    modified_at: Option<String>,
}

impl ArtifactView {
    fn of(path: String, metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().map(|time| DateTime::<Utc>::from(time.into_std()));
        let modified_at = modified.map(|time| time.to_rfc3339_opts(SecondsFormat::Micros, true));
        Self { path, size: metadata.len(), modified_at }
    }
}

/// A path of names alone: relative, normal, and nothing hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct PlainPath(String);

impl PlainPath {
    /// The path that a text is; what is none names no file.
    pub(in crate::server) fn of(text: &str) -> Result<Self, Problem> {
        let is_plain =
            |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['\0', '\\']);
        if text.split('/').all(is_plain) { Ok(Self(text.to_owned())) } else { Err(no_artifact(text)) }
    }

    /// The path as text.
    pub(in crate::server) fn as_str(&self) -> &str {
        &self.0
    }

    fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

/// A folder with artifacts; it need not be there yet.
#[derive(Debug)]
pub(in crate::server) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub(in crate::server) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// All files of it.
    pub(in crate::server) async fn all(self) -> Result<ArtifactList, Problem> {
        apart(move || self.walk()).await
    }

    /// Those of these files that are there.
    pub(in crate::server) async fn some(self, paths: Vec<PlainPath>) -> Result<ArtifactList, Problem> {
        apart(move || {
            let Some(dir) = self.open()? else { return Ok(ArtifactList::default()) };
            let mut list = ArtifactList::default();
            for path in paths {
                if let Some(metadata) = file_metadata(&dir, &path.0)? {
                    list.artifacts.push(ArtifactView::of(path.0, &metadata));
                }
            }
            Ok(list)
        })
        .await
    }

    /// One file of it.
    pub(in crate::server) async fn read(self, path: PlainPath) -> Result<Response, Problem> {
        let kind = kind_of(path.file_name());
        let bytes = apart(move || self.bytes(&path)).await?;
        Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], bytes).into_response())
    }

    fn open(&self) -> Result<Option<Dir>, Problem> {
        found(Dir::open_ambient_dir(&self.folder, ambient_authority())).map_err(|error| unreadable(&error))
    }

    fn walk(&self) -> Result<ArtifactList, Problem> {
        let Some(dir) = self.open()? else { return Ok(ArtifactList::default()) };
        let (mut list, mut folders) = (ArtifactList::default(), vec![String::new()]);
        while let Some(folder) = folders.pop() {
            let place = if folder.is_empty() { "." } else { &folder };
            let Some(entries) = found(dir.read_dir(place)).map_err(|error| unreadable(&error))? else {
                continue;
            };
            for entry in entries {
                let entry = entry.map_err(|error| unreadable(&error))?;
                let (name, kind) = (entry.file_name(), entry.file_type());
                let (Some(name), Ok(kind)) = (name.to_str(), kind) else { continue };
                let between = if folder.is_empty() { "" } else { "/" };
                let Ok(path) = PlainPath::of(&format!("{folder}{between}{name}")) else { continue };
                if kind.is_dir() && name != "__pycache__" {
                    folders.push(path.0);
                } else if kind.is_file() && list.artifacts.len() == MOST_FILES {
                    list.has_more = true;
                } else if kind.is_file()
                    && let Some(metadata) = file_metadata(&dir, &path.0)?
                {
                    list.artifacts.push(ArtifactView::of(path.0, &metadata));
                }
            }
        }
        list.artifacts.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(list)
    }

    fn bytes(&self, path: &PlainPath) -> Result<Vec<u8>, Problem> {
        let missing = || no_artifact(&path.0);
        let dir = self.open()?.ok_or_else(missing)?;
        file_metadata(&dir, &path.0)?.ok_or_else(missing)?;
        // A pipe that stands there would be waited for.
        let nonblocking = OFlags::NONBLOCK.bits().cast_signed();
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(nonblocking);
        let file = found(dir.open_with(&path.0, &options)).map_err(|error| unreadable(&error))?;
        let file = file.ok_or_else(missing)?;
        let metadata = file.metadata().map_err(|error| unreadable(&error))?;
        if !metadata.is_file() {
            return Err(missing());
        }
        let mut bytes = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
        if bytes.len() as u64 > MOST_BYTES {
            let detail = format!("has more than {} MiB: read it where it lies", MOST_BYTES >> 20);
            return Err(Problem::field("path", detail));
        }
        Ok(bytes)
    }
}

/// What a file is, if it is one, and all above it are folders: links among them could lead to what is hidden.
fn file_metadata(dir: &Dir, path: &str) -> Result<Option<Metadata>, Problem> {
    let metadata_of = |place: &str| found(dir.symlink_metadata(place)).map_err(|error| unreadable(&error));
    for (end, _) in path.match_indices('/') {
        if !metadata_of(&path[..end])?.is_some_and(|metadata| metadata.is_dir()) {
            return Ok(None);
        }
    }
    Ok(metadata_of(path)?.filter(Metadata::is_file))
}

/// What is not there, is no folder, or leads out of the folder, is nothing.
fn found<T>(answer: io::Result<T>) -> io::Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => Ok(None),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::InvalidFilename => Ok(None),
            _ => Err(error),
        },
    }
}

/// What a browser may take a file for: nothing that runs.
fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("md") => "text/markdown; charset=utf-8",
        Some("json") => "application/json",
        Some("py" | "txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A path that names no artifact.
pub(in crate::server) fn no_artifact(path: &str) -> Problem {
    let path: String = path.chars().take(64).collect();
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("artifact {path:?} not found: the list of artifacts has all paths"),
    )
}

/// What it says names folders: it is for whoever runs the service.
fn unreadable(error: &io::Error) -> Problem {
    tracing::warn!(%error, "artifacts cannot be read");
    let detail = "the artifacts cannot be read: the log of the service says more";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
}

/// Reads on a thread that may block.
async fn apart<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(read).await.map_err(|error| Problem::bug(&error.to_string()))?
}
