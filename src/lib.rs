//! `openhands_testgen._core`: the module map. Each module's place in the order of the layers, and what it may use,
//! stands in `ARCHITECTURE.md`.

pub mod access;
pub mod agent;
pub mod assistant;
pub mod cli;
pub mod config;
pub mod engine;
pub mod kinds;
pub mod planning;
pub mod redact;
pub mod requirements;
pub mod sandbox;
pub mod server;
pub mod store;
mod sync;
pub mod task;
pub mod verify;

#[cfg(feature = "python")]
mod python;

#[cfg(feature = "python")]
#[pyo3::pymodule]
fn _core(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
    python::fill(module)
}
