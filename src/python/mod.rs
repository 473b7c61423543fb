//! The Python face, and the only PyO3 code: it converts, calls the engine, converts back, decides nothing.
//!
//! Three layers: `generator.py` has the public `async def` methods; `_core.Engine` polls the engine's future
//! once and answers at once what is ready; what is not becomes a [`bridge::Pending`], a future of the
//! caller's own event loop that a mailbox completes. Tokio threads never attach to Python.

mod arguments;
mod bridge;
mod command;
mod convert;
mod engine;
mod errors;
mod handlers;
mod lifetime;
mod logs;
mod pipe;
mod plain;
mod planning;
mod posts;
mod registry;
mod runtime;
mod settings;
mod testbed;

use std::io::{self, Write as _};

use pyo3::prelude::*;

use crate::redact;
use crate::sandbox::ProbeDir;

/// Fills the module `openhands_testgen._core`.
pub(crate) fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // Nobody hears of a standard error that is gone.
    redact::tell_panics(|account| drop(io::stderr().write_all(account.as_bytes())));
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<engine::PyEngine>()?;
    module.add_class::<bridge::Pending>()?;
    module.add_class::<bridge::Mailbox>()?;
    module.add_class::<handlers::HandlerDesk>()?;
    module.add_class::<handlers::Assignment>()?;
    module.add_class::<testbed::PyTestbed>()?;
    module.add_function(wrap_pyfunction!(command::main, module)?)?;
    module.add_function(wrap_pyfunction!(settings::resolve_settings, module)?)?;
    module.add_function(wrap_pyfunction!(settings::setting_variables, module)?)?;
    module.add_function(wrap_pyfunction!(lifetime::before_fork, module)?)?;
    module.add_function(wrap_pyfunction!(lifetime::after_fork_in_parent, module)?)?;
    module.add_function(wrap_pyfunction!(lifetime::after_fork_in_child, module)?)?;
    module.add_function(wrap_pyfunction!(lifetime::shutdown, module)?)?;
    module.add_function(wrap_pyfunction!(logs::take_logs, module)?)?;
    module.add_function(wrap_pyfunction!(plain::plain_json, module)?)?;
    module.add_function(wrap_pyfunction!(logs::log_signal, module)?)?;
    Ok(())
}

/// The folder `probe/` beside our Python files.
fn probe_directory(py: Python<'_>) -> PyResult<ProbeDir> {
    let package: std::path::PathBuf = py.import("openhands_testgen")?.getattr("__file__")?.extract()?;
    Ok(ProbeDir::new(package.with_file_name("probe")))
}
