//! What does the `.env` file say? It is read as data: the environment of the process is never changed.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::error::ConfigError;
use super::inputs::Inputs;
use super::layer::Layer;
use super::table::SETTINGS;

/// Names the file to read in place of `.env`; empty means none.
const VARIABLE: &str = "OPENHANDS_ENV_FILE";

/// The layer of the `.env` file, if there is one.
pub(super) fn layer(inputs: &Inputs, working_directory: &Path) -> Result<Option<Layer>, ConfigError> {
    let named = inputs.environment.get(VARIABLE).map(|name| name.trim());
    let path = match named {
        Some("") => return Ok(None),
        Some(name) => working_directory.join(name),
        None => working_directory.join(".env"),
    };
    let Some(text) = text(&path, named.is_some())? else { return Ok(None) };
    let lines = lines(&path, &text)?;
    Ok(Some(Layer::of_env_file(&path, &lines, &inputs.environment)))
}

/// The file's text. A `.env` that nobody named may be missing, or a folder (some keep an interpreter there).
fn text(path: &Path, named: bool) -> Result<Option<String>, ConfigError> {
    if !named && (path.is_dir() || !path.exists()) {
        return Ok(None);
    }
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::InvalidData => Err(unreadable(path, "it is not UTF-8")),
        Err(error) => Err(unreadable(path, &error.to_string())),
    }
}

/// The variables of the file; of two lines for one, the last counts. A line that cannot be read is an error if
/// it may be about a setting, and else no business of ours.
fn lines(path: &Path, text: &str) -> Result<HashMap<String, String>, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = HashMap::new();
    for line in dotenvy::from_read_iter(text.as_bytes()) {
        match line {
            Ok((name, value)) => {
                lines.insert(name, value);
            }
            Err(dotenvy::Error::LineParse(broken, _)) if mentions_a_setting(text, &broken) => {
                return Err(unreadable(
                    path,
                    &format!("line {} has no NAME=value", line_number(text, &broken)),
                ));
            }
            Err(dotenvy::Error::LineParse(..)) => {}
            Err(error) => return Err(unreadable(path, &error.to_string())),
        }
    }
    Ok(lines)
}

/// The parser hands back the broken line, or only its value: the whole line in the text decides.
fn mentions_a_setting(text: &str, broken: &str) -> bool {
    let start = text.find(broken).unwrap_or(0);
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let region = &text[line_start..(start + broken.len()).min(text.len())];
    SETTINGS.iter().any(|setting| region.contains(setting.variable))
}

fn line_number(text: &str, broken: &str) -> usize {
    let start = text.find(broken).unwrap_or(0);
    1 + text[..start].matches('\n').count()
}

fn unreadable(path: &Path, reason: &str) -> ConfigError {
    ConfigError::Unreadable {
        origin: format!(".env ({})", path.display()),
        reason: format!("{reason}; mend it, or set {VARIABLE} to another file, or to nothing to read none"),
    }
}
