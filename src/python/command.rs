//! The command in this Python process: arguments in, exit code out. A workflow, whose stages are Python's, comes back
//! here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pyo3::exceptions::PyLookupError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::handlers;
use crate::cli::{self, Host, UserHandlers, WorkflowRequest};
use crate::kinds::Function;
use crate::task::KindName;

/// Runs the command line, as `sys.argv` has it, and answers the exit code.
#[pyfunction]
pub(super) fn main(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<i32> {
    let python: Option<PathBuf> = py.import("sys")?.getattr("executable")?.extract()?;
    let python = python.filter(|path| !path.as_os_str().is_empty());
    let host = Host { python, probe: super::probe_directory(py)?, run_workflow, load_handlers };
    let arguments = arguments.into_iter().skip(1).collect();
    Ok(py.detach(|| cli::run(arguments, &host)))
}

/// Hands a workflow to the Python package; an exception is printed, and is an error without a text of its own.
fn run_workflow(request: &WorkflowRequest) -> Result<i32, String> {
    Python::attach(|py| {
        call(py, request).map_err(|error| {
            let text = error.to_string();
            error.print(py);
            text
        })
    })
}

fn call(py: Python<'_>, request: &WorkflowRequest) -> PyResult<i32> {
    let arguments = PyDict::new(py);
    arguments.set_item("spec", &request.spec)?;
    arguments.set_item("component", &request.component)?;
    arguments.set_item("target", &request.target)?;
    arguments.set_item("is_async", request.is_async)?;
    arguments.set_item("coverage", request.coverage)?;
    arguments.set_item("report", &request.report)?;
    arguments.set_item("output_format", request.format)?;
    arguments.set_item("variables", &request.variables)?;
    let command = py.import("openhands_testgen.workflow.command")?;
    command.getattr("main")?.call((), Some(&arguments))?.extract()
}

/// The handlers that a module of the user's marks. What it raises is printed, but for what the reason says already.
fn load_handlers(module: &str, folder: &Path) -> Result<UserHandlers, String> {
    Python::attach(|py| {
        let found = find_handlers(py, module, folder);
        found.map_err(|error| {
            let text = error.value(py).to_string();
            if error.is_instance_of::<PyLookupError>(py) {
                return text;
            }
            error.print(py);
            format!("{module} could not be imported: {text}")
        })
    })
}

/// A kind, its handler, and what finds that in a process of its own.
type Marked = (String, Py<PyAny>, Option<(Vec<OsString>, String)>);

fn find_handlers(py: Python<'_>, module: &str, folder: &Path) -> PyResult<UserHandlers> {
    let finder = py.import("openhands_testgen._handler_modules")?;
    let found = finder.getattr("load")?.call1((module, folder))?;
    let found: Vec<Marked> = found.extract()?;
    let handlers = found.into_iter().map(|(kind, handler, function)| {
        let kind: KindName = kind.parse().map_err(|message: String| PyLookupError::new_err(message))?;
        let function = function.map(|(command, reference)| Function { command, reference });
        let handler = handlers::engine_handler(py, &kind, &handler, function.as_ref())?;
        Ok((kind, handler))
    });
    handlers.collect()
}
