//! The command in this Python process: arguments in, exit code out.

use std::ffi::OsString;
use std::path::PathBuf;

use pyo3::prelude::*;

use crate::cli::{self, Host};

/// Runs the command line, as `sys.argv` has it, and answers the exit code.
#[pyfunction]
pub(super) fn main(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<i32> {
    let python: Option<PathBuf> = py.import("sys")?.getattr("executable")?.extract()?;
    let python = python.filter(|path| !path.as_os_str().is_empty());
    let host = Host { python, probe: super::probe_directory(py)? };
    let arguments = arguments.into_iter().skip(1).collect();
    Ok(py.detach(|| cli::run(arguments, &host)))
}
