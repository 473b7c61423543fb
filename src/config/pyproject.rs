//! What does the project say? The table `[tool.openhands-testgen]` of its `pyproject.toml`.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde_json::Value;
use toml::Table;

use super::error::ConfigError;
use super::layer::{Layer, unknown};
use super::setting::Setting;

const FILE: &str = "pyproject.toml";
/// A table within ours that is no setting: the stages of a workflow, which the Python package reads.
const WORKFLOW: &str = "workflow";

/// The layer of the project's `pyproject.toml`, if it has our table.
pub(super) fn layer(project_root: &Path) -> Result<Option<Layer>, ConfigError> {
    let path = project_root.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            return Err(unreadable(&path, "it is not UTF-8"));
        }
        Err(error) => return Err(unreadable(&path, &error.to_string())),
    };
    let Some(mut table) = our_table(&path, &text)? else { return Ok(None) };
    if table.remove(WORKFLOW).is_some_and(|workflow| !workflow.is_table()) {
        return Err(unreadable(&path, "tool.openhands-testgen.workflow is not a table"));
    }
    let values =
        table.iter().map(|(name, value)| entry(name, value, &path)).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(Layer::of_file(FILE, &path, &values)))
}

fn our_table(path: &Path, text: &str) -> Result<Option<Table>, ConfigError> {
    let mut document: Table = toml::from_str(text).map_err(|error| broken(path, text, &error))?;
    let Some(toml::Value::Table(mut tool)) = document.remove("tool") else { return Ok(None) };
    match tool.remove("openhands-testgen") {
        None => Ok(None),
        Some(toml::Value::Table(table)) => Ok(Some(table)),
        Some(_) => Err(unreadable(path, "tool.openhands-testgen is not a table")),
    }
}

fn entry(name: &str, value: &toml::Value, path: &Path) -> Result<(&'static str, Value), ConfigError> {
    let setting = Setting::named(name).ok_or_else(|| unknown(name, origin(path)))?;
    if !setting.in_pyproject {
        let variable = setting.variable;
        return Err(ConfigError::Misplaced { setting: setting.name, origin: origin(path), variable });
    }
    // invariant: what JSON has no value for (a float that is not finite, a date) becomes text, and is refused
    let value = match value {
        toml::Value::Float(number) if !number.is_finite() => Value::from(number.to_string()),
        toml::Value::Datetime(date) => Value::from(date.to_string()),
        other => serde_json::to_value(other).unwrap_or_else(|_| Value::from(other.to_string())),
    };
    Ok((setting.name, value))
}

fn broken(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let reason = error.message().replace('\n', "; ");
    match error.span() {
        Some(span) => {
            let line = 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count();
            unreadable(path, &format!("line {line}: {reason}"))
        }
        None => unreadable(path, &reason),
    }
}

fn unreadable(path: &Path, reason: &str) -> ConfigError {
    ConfigError::Unreadable { origin: origin(path), reason: reason.to_owned() }
}

fn origin(path: &Path) -> String {
    format!("{FILE} ({})", path.display())
}
