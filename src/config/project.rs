//! Which project is under test, and which interpreter runs it? Pure functions over what is given and the files
//! that are there.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::error::ConfigError;

/// What marks a folder as the root of a project.
const MARKS: [&str; 4] = ["pyproject.toml", "setup.cfg", "setup.py", ".git"];

/// A path that was found, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The path, absolute.
    pub(super) path: PathBuf,
    /// How it was found, as in `config show`.
    pub(super) origin: String,
}

impl Found {
    fn new(path: PathBuf, origin: impl Into<String>) -> Self {
        Self { path, origin: origin.into() }
    }
}

/// The nearest folder at or above `working_directory` that looks like a project, else that folder itself.
pub(super) fn project_root(working_directory: &Path) -> Found {
    for folder in working_directory.ancestors() {
        if let Some(mark) = MARKS.iter().find(|mark| folder.join(mark).exists()) {
            return Found::new(folder.to_owned(), format!("default (the nearest folder with {mark})"));
        }
    }
    Found::new(working_directory.to_owned(), "default (the working directory)")
}

/// The interpreter of the project where no setting names one: that of `VIRTUAL_ENV`, of `.venv`, or the one that
/// runs us. The path is not resolved further: an environment is known by the link that leads to its interpreter.
pub(super) fn project_interpreter(
    project_root: &Path,
    environment: &HashMap<String, String>,
    running: Option<&Path>,
) -> Result<Found, ConfigError> {
    let active = environment.get("VIRTUAL_ENV").filter(|folder| !folder.is_empty());
    let candidates = [
        active.map(|folder| (Path::new(folder).join("bin/python"), "environment variable VIRTUAL_ENV")),
        Some((project_root.join(".venv/bin/python"), "default (.venv of the project)")),
        running.map(|path| (path.to_owned(), "default (the interpreter that runs openhands-testgen)")),
        on_search_path("python3", environment).map(|path| (path, "default (python3 on PATH)")),
    ];
    candidates
        .into_iter()
        .flatten()
        .find(|(path, _)| path.is_absolute() && is_executable(path))
        .map(|(path, origin)| Found::new(path, origin))
        .ok_or(ConfigError::NoInterpreter)
}

/// The interpreter that a setting names: a path from the project root, or a command such as `python3.12`.
pub(super) fn named_interpreter(
    name: &str,
    project_root: &Path,
    environment: &HashMap<String, String>,
) -> Option<PathBuf> {
    let is_command = Path::new(name).components().count() == 1 && !name.starts_with('.');
    let path = project_root.join(name);
    match is_executable(&path) {
        true => Some(plain(&path)),
        false if is_command => on_search_path(name, environment),
        false => None,
    }
}

/// The path without its `.` parts; links and `..` stay, since they may lead elsewhere than they look.
pub(super) fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

fn on_search_path(command: &str, environment: &HashMap<String, String>) -> Option<PathBuf> {
    let folders = environment.get("PATH")?;
    std::env::split_paths(folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(command))
        .find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file())
}
