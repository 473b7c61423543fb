//! Settings across the border: arguments in as a dict, resolved values out as one.

use std::collections::HashMap;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use pythonize::{depythonize, pythonize};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::errors;
use crate::agent;
use crate::config::{self, ConfigError, Inputs, Overrides, Settings, Sources};

/// Resolves settings: arguments above environment, `.env`, `pyproject.toml` and defaults; or, without
/// `read_environment`, arguments above defaults only.
///
/// Returns:
///     All values by name, the working keys among them, and the text of the warning that is due
///     where nobody chose the agent.
#[pyfunction]
#[pyo3(signature = (arguments, read_environment))]
pub(super) fn resolve_settings(
    py: Python<'_>,
    arguments: &Bound<'_, PyDict>,
    read_environment: bool,
) -> PyResult<(Py<PyAny>, Option<String>)> {
    let (settings, _) = load(arguments, read_environment, true)?;
    let values = pythonize(py, &settings)?.cast_into::<PyDict>()?;
    let hide = py.import("openhands_testgen.config")?.getattr("SecretStr")?;
    for (name, key) in [
        ("api_key", &settings.api_key),
        ("llm_api_key", &settings.llm_api_key),
        ("session_api_key", &settings.session_api_key),
    ] {
        let hidden = key.as_ref().map(|key| hide.call1((key.expose_secret(),))).transpose()?;
        values.set_item(name, hidden)?;
    }
    // Who makes a configuration by keywords is not warned. Where the machine is to be looked at first, the engine warns.
    let warns = read_environment && !settings.needs_look();
    let warning = warns.then(|| settings.effective_agent().reason.map(str::to_owned)).flatten();
    Ok((values.into_any().unbind(), warning))
}

/// The environment variable of each setting, by the setting's name.
#[pyfunction]
pub(super) fn setting_variables() -> HashMap<&'static str, &'static str> {
    config::SETTINGS.iter().map(|setting| (setting.name, setting.variable)).collect()
}

/// The settings that these arguments amount to, for a generator that may use Docker or not.
pub(super) fn load(
    arguments: &Bound<'_, PyDict>,
    read_environment: bool,
    use_docker: bool,
) -> PyResult<(Settings, Sources)> {
    let mut overrides = Overrides::new();
    for (name, value) in arguments.iter() {
        let name: String = name.extract()?;
        // Keys come hidden, so that no local variable on the way shows them.
        let value = match value.getattr_opt("get_secret_value")? {
            Some(reveal) => reveal.call0()?,
            None => value,
        };
        let value: Value = depythonize(&value)
            .map_err(|_| errors::configuration_text(format!("{name} must be a plain value")))?;
        overrides.set(name, value);
    }
    let py = arguments.py();
    let lookout = agent::lookout(super::probe_directory(py)?, use_docker);
    let inputs = Inputs { lookout, ..inputs(py, overrides)? };
    let load = if read_environment { config::load } else { config::load_arguments };
    load(&inputs).map_err(|error| errors::configuration(&error))
}

/// What this process offers to read settings from.
pub(super) fn inputs(py: Python<'_>, overrides: Overrides) -> PyResult<Inputs> {
    let working_directory = std::env::current_dir().map_err(|error| {
        errors::configuration(&ConfigError::WorkingDirectory {
            path: PathBuf::from("."),
            reason: error.to_string(),
        })
    })?;
    Ok(Inputs {
        overrides,
        environment: config::process_environment().map_err(|error| errors::configuration(&error))?,
        working_directory,
        running_python: running_python(py)?,
        ..Inputs::default()
    })
}

fn running_python(py: Python<'_>) -> PyResult<Option<PathBuf>> {
    py.import("sys")?.getattr("executable")?.extract()
}
