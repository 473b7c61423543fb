//! How does the agent get at the project, and we at what it wrote? By a path that both see, or over HTTP.

use std::path::Path;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::de::IgnoredAny;
use serde_json::json;
use uuid::Uuid;

use super::http::Http;
use super::job::Job;
use super::{HttpError, ServerOptions};
use crate::agent::{Engagement, LeftOut};
use crate::redact::Redactor;
use crate::sandbox::{ChangeKind, ProjectPath, Workspace, read_plain};
use crate::task::{ErrorKind, Failure};

/// Files that are on their way at once.
const AT_ONCE: usize = 8;

/// Where the agent of one conversation works, as its server sees it.
pub(super) enum Place {
    /// The workspace itself.
    Shared(String),
    /// A folder of the server.
    Uploaded(String),
}

impl Place {
    pub(super) fn of(options: &ServerOptions, engagement: &Engagement<'_>, conversation: Uuid) -> Self {
        if options.shares_files() {
            return Self::Shared(engagement.workspace.root().display().to_string());
        }
        Self::Uploaded(uploaded(options, conversation))
    }

    /// The folder, as the server sees it.
    pub(super) fn folder(&self) -> &str {
        match self {
            Self::Shared(folder) | Self::Uploaded(folder) => folder,
        }
    }

    /// Makes sure that everything is there before the agent begins.
    pub(super) async fn fill(&self, http: &Http, job: Job<'_>) -> Result<(), Fault> {
        let workspace = job.engagement().workspace;
        let parent = job.output().and_then(ProjectPath::parent);
        make_folder(workspace, parent.as_ref())?;
        let Self::Uploaded(folder) = self else { return Ok(()) };
        let files = workspace.files();
        stream::iter(files)
            .map(|path| async move {
                let local = workspace.root().join(&path);
                let bytes =
                    tokio::fs::read(&local).await.map_err(|error| Fault::Here(unreadable(&local, &error)))?;
                let there = format!("{folder}/{path}");
                http.persistently(|| http.upload(&there, bytes.clone())).await.map_err(Fault::There)
            })
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        // The file to write has a folder there too.
        let parent = parent.map_or_else(String::new, |parent| format!("/{parent}"));
        let path = format!("{folder}{parent}");
        let command = shell(&["mkdir", "-p", "--", &path]);
        let made: Result<IgnoredAny, _> =
            http.persistently(|| http.post("/api/bash/execute_bash_command", &command)).await;
        made.map(drop).map_err(Fault::There)
    }

    /// Brings one file into the workspace, where the agent wrote it elsewhere.
    pub(super) async fn fetch(
        &self,
        http: &Http,
        workspace: &Workspace,
        output: &ProjectPath,
    ) -> Result<(), Fault> {
        let Self::Uploaded(folder) = self else { return Ok(()) };
        let path = format!("{folder}/{output}");
        let bytes = match http.persistently(|| http.download(&path)).await {
            Ok(bytes) => bytes,
            // It wrote none: verification says so.
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(Fault::There(error)),
        };
        let local = workspace.root().join(output.as_path());
        write(workspace, output, &bytes).map_err(|error| Fault::Here(unreadable(&local, &error)))
    }
}

/// Who is to blame.
pub(super) enum Fault {
    Here(Failure),
    There(HttpError),
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Here(failure)
    }
}

/// Takes the folder of a conversation off the server.
pub(super) async fn clear(http: &Http, options: &ServerOptions, conversation: Uuid) -> Result<(), HttpError> {
    if options.shares_files() {
        return Ok(());
    }
    let folder = uploaded(options, conversation);
    let listing = listing_of(&folder);
    let command = shell(&["rm", "-rf", "--", &folder, &listing]);
    let gone: Result<IgnoredAny, _> = http.post("/api/bash/execute_bash_command", &command).await;
    gone.map(drop)
}

fn uploaded(options: &ServerOptions, conversation: Uuid) -> String {
    format!("{}/{conversation}", options.host.uploads())
}

/// The list of the files in a folder of ours on the server, beside it.
pub(super) fn listing_of(folder: &str) -> String {
    format!("{folder}.files")
}

/// A command of plain words, none of them a user's but the end of a path.
fn shell(words: &[&str]) -> serde_json::Value {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect();
    shell_line(&quoted.join(" "))
}

/// A line for the server's shell, with nothing in it that a user or an agent wrote.
pub(super) fn shell_line(line: &str) -> serde_json::Value {
    json!({"command": line, "cwd": "/", "timeout": 30})
}

/// An agent's editor makes no folders.
fn make_folder(workspace: &Workspace, folder: Option<&ProjectPath>) -> Result<(), Failure> {
    let Some(folder) = folder else { return Ok(()) };
    let dir = workspace.dir()?;
    dir.create_dir_all(folder).map_err(|error| unreadable(folder.as_path(), &error))
}

/// Writes below the workspace, wherever links in it lead.
pub(super) fn write(workspace: &Workspace, path: &ProjectPath, bytes: &[u8]) -> std::io::Result<()> {
    let dir = workspace.dir().map_err(std::io::Error::other)?;
    if let Some(parent) = path.parent() {
        dir.create_dir_all(&parent)?;
    }
    dir.write(path, bytes)
}

/// Takes keys out of all that an agent wrote: what stands beside its tests may be published with them.
pub(super) async fn clean_changes(workspace: &Workspace, redactor: &Redactor) -> Result<Vec<LeftOut>, Fault> {
    let mut left_out = Vec::new();
    for change in workspace.changes().await.map_err(Failure::from)? {
        let path = ProjectPath::from_names(change.path.split('/'));
        if change.kind != ChangeKind::Removed && !workspace.root().join(&path).is_dir() {
            left_out.extend(clean(workspace, &path, redactor)?);
        }
    }
    Ok(left_out)
}

/// Takes keys out of a file: an agent may have copied one there. A file that is no text and holds one is taken away,
/// and so is one with a key in its name: then the answer says so.
pub(super) fn clean(
    workspace: &Workspace,
    path: &ProjectPath,
    redactor: &Redactor,
) -> Result<Option<LeftOut>, Failure> {
    let wrap = |error| unreadable(path.as_path(), &error);
    let dir = workspace.dir()?;
    let take_away = |reason: &str| {
        dir.remove_file(path).map_err(wrap)?;
        let name = redactor.text(path.as_str()).into_owned();
        Ok(Some(LeftOut { name, reason: reason.to_owned() }))
    };
    if redactor.text(path.as_str()) != path.as_str() {
        return take_away("has a key in its name");
    }
    let Some(bytes) = read_plain(&dir, path) else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes);
    let shown = redactor.text(&text);
    if shown == text {
        return Ok(None);
    }
    if std::str::from_utf8(&bytes).is_err() {
        return take_away("holds a key, and is no text");
    }
    write(workspace, path, shown.as_bytes()).map_err(wrap)?;
    Ok(None)
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(ErrorKind::Environment, format!("{}: {error}", path.display()))
}
