//! How does the agent get at the project, and we at what it wrote? By a path that both see, or over HTTP.

use std::path::Path;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::de::IgnoredAny;
use serde_json::json;
use uuid::Uuid;

use super::http::Http;
use super::{HttpError, ServerOptions};
use crate::agent::Brief;
use crate::sandbox::{ProjectPath, read_plain};
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
    pub(super) fn of(options: &ServerOptions, brief: &Brief<'_>, conversation: Uuid) -> Self {
        if options.shares_files() {
            return Self::Shared(brief.workspace.root().display().to_string());
        }
        Self::Uploaded(uploaded(conversation))
    }

    /// The folder, as the server sees it.
    pub(super) fn folder(&self) -> &str {
        match self {
            Self::Shared(folder) | Self::Uploaded(folder) => folder,
        }
    }

    /// Makes sure that everything is there before the agent begins.
    pub(super) async fn fill(&self, http: &Http, brief: &Brief<'_>) -> Result<(), Fault> {
        make_parents(brief)?;
        let Self::Uploaded(folder) = self else { return Ok(()) };
        let files = brief.workspace.files();
        stream::iter(files)
            .map(|path| async move {
                let local = brief.workspace.root().join(&path);
                let bytes =
                    tokio::fs::read(&local).await.map_err(|error| Fault::Here(unreadable(&local, &error)))?;
                let there = format!("{folder}/{path}");
                http.persistently(|| http.upload(&there, bytes.clone())).await.map_err(Fault::There)
            })
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        // The file to write has a folder there too.
        let parent = brief.output.parent().map_or_else(String::new, |parent| format!("/{parent}"));
        let path = format!("{folder}{parent}");
        let command = shell(&["mkdir", "-p", "--", &path]);
        let made: Result<IgnoredAny, _> =
            http.persistently(|| http.post("/api/bash/execute_bash_command", &command)).await;
        made.map(drop).map_err(Fault::There)
    }

    /// Brings the test file into the workspace, where the agent wrote it elsewhere.
    pub(super) async fn fetch(&self, http: &Http, brief: &Brief<'_>) -> Result<(), Fault> {
        let Self::Uploaded(folder) = self else { return Ok(()) };
        let path = format!("{folder}/{}", brief.output);
        let bytes = match http.persistently(|| http.download(&path)).await {
            Ok(bytes) => bytes,
            // It wrote none: verification says so.
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(Fault::There(error)),
        };
        let local = brief.workspace.root().join(brief.output.as_path());
        write(brief, brief.output, &bytes).map_err(|error| Fault::Here(unreadable(&local, &error)))
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
    let folder = uploaded(conversation);
    let gone: Result<IgnoredAny, _> =
        http.post("/api/bash/execute_bash_command", &shell(&["rm", "-rf", "--", &folder])).await;
    gone.map(drop)
}

fn uploaded(conversation: Uuid) -> String {
    format!("/tmp/openhands-testgen/{conversation}")
}

/// A command of plain words, none of them a user's but the end of a path.
fn shell(words: &[&str]) -> serde_json::Value {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect();
    json!({"command": quoted.join(" "), "cwd": "/", "timeout": 30})
}

/// An agent's editor makes no folders.
fn make_parents(brief: &Brief<'_>) -> Result<(), Failure> {
    let Some(parent) = brief.output.parent() else { return Ok(()) };
    let dir = brief.workspace.dir()?;
    dir.create_dir_all(&parent).map_err(|error| unreadable(parent.as_path(), &error))
}

/// Writes below the workspace, wherever links in it lead.
fn write(brief: &Brief<'_>, path: &ProjectPath, bytes: &[u8]) -> std::io::Result<()> {
    let dir = brief.workspace.dir().map_err(std::io::Error::other)?;
    if let Some(parent) = path.parent() {
        dir.create_dir_all(&parent)?;
    }
    dir.write(path, bytes)
}

/// Takes keys out of the test file: an agent may have copied one there.
pub(super) fn clean(brief: &Brief<'_>, redactor: &crate::redact::Redactor) -> Result<(), Failure> {
    let dir = brief.workspace.dir()?;
    let Some(text) = read_plain(&dir, brief.output).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Ok(());
    };
    let shown = redactor.text(&text);
    if shown != text.as_str() {
        write(brief, brief.output, shown.as_bytes())
            .map_err(|error| unreadable(brief.output.as_path(), &error))?;
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(ErrorKind::Environment, format!("{}: {error}", path.display()))
}
