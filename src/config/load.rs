//! Which value wins? The layers, strongest first, and the check of what won.

use std::path::{Path, PathBuf};

use figment::Figment;
use serde_json::{Map, Value};

use super::error::ConfigError;
use super::inputs::Inputs;
use super::layer::{Layer, origin};
use super::project::{Found, named_interpreter, plain, project_interpreter, project_root};
use super::setting::Setting;
use super::settings::Settings;
use super::sources::Sources;
use super::table::SETTINGS;
use super::{agent, env_file, pyproject};
use crate::redact;

/// Reads all layers: argument > environment > `.env` > `pyproject.toml` > default.
pub fn load(inputs: &Inputs) -> Result<(Settings, Sources), ConfigError> {
    let working_directory = working_directory(inputs)?;
    let mut layers = Figment::from(Layer::of_arguments(&inputs.overrides)?)
        .join(Layer::of_environment(&inputs.environment));
    if let Some(env_file) = env_file::layer(inputs, &working_directory)? {
        layers = layers.join(env_file);
    }
    let root = find_root(&layers, &working_directory)?;
    if let Some(pyproject) = pyproject::layer(&root.path)? {
        layers = layers.join(pyproject);
    }
    settle(layers, &root, inputs)
}

/// Arguments and defaults only: what a configuration made by keywords means, whatever the environment says.
/// (The interpreter is still found as ever.)
pub fn load_arguments(inputs: &Inputs) -> Result<(Settings, Sources), ConfigError> {
    let working_directory = working_directory(inputs)?;
    let layers = Figment::from(Layer::of_arguments(&inputs.overrides)?);
    let root = find_root(&layers, &working_directory)?;
    settle(layers, &root, inputs)
}

fn working_directory(inputs: &Inputs) -> Result<PathBuf, ConfigError> {
    let path = &inputs.working_directory;
    path.canonicalize()
        .map_err(|error| ConfigError::WorkingDirectory { path: path.clone(), reason: error.to_string() })
}

/// Checks what won, fills in what is found rather than set, and makes paths absolute.
fn settle(layers: Figment, root: &Found, inputs: &Inputs) -> Result<(Settings, Sources), ConfigError> {
    let layers = layers.join(Layer::defaults());
    let mut values = Map::new();
    let mut sources = Sources::default();
    let mut workspace_root = PathBuf::new();
    for setting in SETTINGS {
        let picked = pick(&layers, setting)?;
        let Picked { value, source } = match setting.name {
            "project_root" => Picked::found(root)?,
            "python" => interpreter(&picked, setting, &root.path, inputs)?,
            "openhands_python" if !picked.value.is_null() => {
                interpreter(&picked, setting, &root.path, inputs)?
            }
            "workspace_root" => {
                workspace_root = workspace(&picked, setting, &root.path)?;
                Picked { value: path_value(&workspace_root)?, source: picked.source }
            }
            "store" => picked.or(|| format!("sqlite:{}", workspace_root.join("tasks.db").display())),
            _ => picked,
        };
        sources.push(setting, &value, source);
        values.insert(setting.name.to_owned(), value);
    }
    // invariant: every value was checked by its rule, and a test reads the whole table into the struct
    // Without the error's text, which may quote a key.
    let unreadable =
        |_| ConfigError::Unreadable { origin: "the settings".to_owned(), reason: "a bug of ours".to_owned() };
    let mut settings: Settings = serde_json::from_value(Value::Object(values)).map_err(unreadable)?;
    for key in [&settings.api_key, &settings.llm_api_key, &settings.session_api_key].into_iter().flatten() {
        redact::remember(key);
    }
    agent::check(&settings)?;
    settings.lookout = inputs.lookout.afresh();
    Ok((settings, sources))
}

/// A checked value and where it came from.
struct Picked {
    value: Value,
    source: String,
}

impl Picked {
    fn found(found: &Found) -> Result<Self, ConfigError> {
        Ok(Self { value: path_value(&found.path)?, source: found.origin.clone() })
    }

    fn or(self, fallback: impl FnOnce() -> String) -> Self {
        if self.value.is_null() { Self { value: Value::from(fallback()), ..self } } else { self }
    }

    fn refused(&self, setting: &Setting, expected: impl Into<String>) -> ConfigError {
        let hint = if setting.hint.is_empty() { String::new() } else { format!("; {}", setting.hint) };
        ConfigError::Invalid {
            setting: setting.name,
            expected: expected.into(),
            value: setting.rule.quote(&self.value),
            origin: self.source.clone(),
            hint,
        }
    }
}

/// The value that wins, if its rule lets it; null where nothing is set.
fn pick(layers: &Figment, setting: &Setting) -> Result<Picked, ConfigError> {
    let Ok(found) = layers.find_value(setting.name) else {
        return Ok(Picked { value: Value::Null, source: "default".to_owned() });
    };
    let source = layers.get_metadata(found.tag()).map_or_else(String::new, |data| origin(data, setting));
    let value = found.deserialize().unwrap_or(Value::Null);
    let picked = Picked { value, source };
    match setting.rule.refuse(&picked.value) {
        Some(expected) => Err(picked.refused(setting, expected)),
        None => Ok(picked),
    }
}

/// The project root, before `pyproject.toml` is read: that file is looked up in it.
fn find_root(layers: &Figment, working_directory: &Path) -> Result<Found, ConfigError> {
    let Some(setting) = Setting::named("project_root") else { return Ok(project_root(working_directory)) };
    let picked = pick(layers, setting)?;
    let Some(path) = picked.value.as_str() else { return Ok(project_root(working_directory)) };
    match working_directory.join(path).canonicalize() {
        Ok(path) if path.is_dir() => Ok(Found { path, origin: picked.source }),
        _ => Err(picked.refused(setting, "an existing folder")),
    }
}

fn interpreter(
    picked: &Picked,
    setting: &Setting,
    root: &Path,
    inputs: &Inputs,
) -> Result<Picked, ConfigError> {
    let Some(name) = picked.value.as_str() else {
        let running = inputs.running_python.as_deref();
        return Picked::found(&project_interpreter(root, &inputs.environment, running)?);
    };
    match named_interpreter(name, root, &inputs.environment) {
        Some(path) => Ok(Picked { value: path_value(&path)?, source: picked.source.clone() }),
        None => Err(picked.refused(setting, "an executable file, or a command on PATH")),
    }
}

/// The workspace root. It gets a `.gitignore` of `*` and is emptied of old attempts: the project must not be in it.
fn workspace(picked: &Picked, setting: &Setting, root: &Path) -> Result<PathBuf, ConfigError> {
    let path = plain(&root.join(picked.value.as_str().unwrap_or_default()));
    let real = path.canonicalize().unwrap_or_else(|_| path.clone());
    if root.starts_with(&real) {
        return Err(picked.refused(setting, "a folder of its own, neither the project root nor above it"));
    }
    if real.exists() && !real.is_dir() {
        return Err(picked.refused(setting, "a folder"));
    }
    Ok(path)
}

fn path_value(path: &Path) -> Result<Value, ConfigError> {
    path.to_str()
        .map(Value::from)
        .ok_or_else(|| ConfigError::NotUnicode { what: format!("the path {}", path.display()) })
}
