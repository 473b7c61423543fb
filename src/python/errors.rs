//! Which exception is which error? The classes are Python's own (`exceptions.py`): picklable, and with the
//! right module.

use pyo3::exceptions::{PyRuntimeError, PyTimeoutError};
use pyo3::prelude::*;

use crate::config::ConfigError;
use crate::engine::EngineError;

mod imported {
    pyo3::import_exception!(openhands_testgen.exceptions, TaskNotFoundError);
    pyo3::import_exception!(openhands_testgen.exceptions, InvalidRequestError);
    pyo3::import_exception!(openhands_testgen.exceptions, EngineClosedError);
    pyo3::import_exception!(openhands_testgen.exceptions, QueueFullError);
    pyo3::import_exception!(openhands_testgen.exceptions, StoreError);
    pyo3::import_exception!(openhands_testgen.exceptions, ConfigurationError);
}

use imported::{
    ConfigurationError, EngineClosedError, InvalidRequestError, QueueFullError, StoreError, TaskNotFoundError,
};

/// The exception of an engine's error.
pub(super) fn raise(error: &EngineError) -> PyErr {
    let message = error.to_string();
    match error {
        EngineError::TaskNotFound { .. } => TaskNotFoundError::new_err(message),
        EngineError::InvalidRequest(_) => InvalidRequestError::new_err(message),
        EngineError::QueueFull { .. } => QueueFullError::new_err(message),
        EngineError::Closed => EngineClosedError::new_err(message),
        EngineError::WaitTimedOut { .. } => PyTimeoutError::new_err(message),
        EngineError::Store(_) => StoreError::new_err(message),
    }
}

/// The exception of a bad setting.
pub(super) fn configuration(error: &ConfigError) -> PyErr {
    ConfigurationError::new_err(error.to_string())
}

/// The exception of a setting that is not even a value.
pub(super) fn configuration_text(message: String) -> PyErr {
    ConfigurationError::new_err(message)
}

/// The machine cannot do what is needed.
pub(super) fn environment(message: String) -> PyErr {
    PyRuntimeError::new_err(message)
}
