//! Settings across the border: arguments in as a dict, resolved values out as one.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use pythonize::{depythonize, pythonize};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::errors;
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
    let (settings, _) = load(arguments, read_environment)?;
    let values = pythonize(py, &settings)?.cast_into::<PyDict>()?;
    for (name, key) in [
        ("api_key", &settings.api_key),
        ("llm_api_key", &settings.llm_api_key),
        ("session_api_key", &settings.session_api_key),
    ] {
        values.set_item(name, key.as_ref().map(|key| key.expose_secret().to_owned()))?;
    }
    let warning = settings.effective_agent().reason.map(str::to_owned);
    Ok((values.into_any().unbind(), warning))
}

/// The settings that these arguments amount to.
pub(super) fn load(arguments: &Bound<'_, PyDict>, read_environment: bool) -> PyResult<(Settings, Sources)> {
    let mut overrides = Overrides::new();
    for (name, value) in arguments.iter() {
        let name: String = name.extract()?;
        let value: Value = depythonize(&value)
            .map_err(|_| errors::configuration_text(format!("{name} must be a plain value, not {value}")))?;
        overrides.set(name, value);
    }
    let inputs = inputs(arguments.py(), overrides)?;
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
    })
}

fn running_python(py: Python<'_>) -> PyResult<Option<PathBuf>> {
    py.import("sys")?.getattr("executable")?.extract()
}
