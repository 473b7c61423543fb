//! What does a coroutine hold of its attempt? What it is to do, a way to report, and a way to answer, once.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pythonize::pythonize;
use serde_json::{Map, Value};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::coroutine::Outcome;
use super::desk::{Running, Start};
use crate::kinds::Reporter;
use crate::python::{arguments, errors, plain};
use crate::task::{ErrorKind, Failure, Progress, Work};

/// One attempt of a handler that is a coroutine.
#[pyclass(frozen, module = "openhands_testgen._core")]
pub(crate) struct Assignment {
    /// The task's id.
    #[pyo3(get)]
    task_id: String,
    /// Which attempt, from 1.
    #[pyo3(get)]
    attempt: u32,
    /// What the submission brought for the handler.
    #[pyo3(get)]
    payload: Py<PyAny>,
    /// The caller's own notes.
    #[pyo3(get)]
    metadata: Py<PyAny>,
    ticket: u64,
    running: Arc<Running>,
    reporter: Reporter,
    cancel: CancellationToken,
    /// Taken by the first answer. Held for that only.
    answer: Mutex<Option<oneshot::Sender<Outcome>>>,
}

#[pymethods]
impl Assignment {
    /// Whether the attempt is to stop.
    #[getter]
    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Says how far the attempt is.
    fn progress(&self, message: String, done: Option<u64>, total: Option<u64>) {
        self.reporter.report(Progress::working(message, done, total));
    }

    /// Writes a line to the log of the task.
    fn log(&self, message: &str, level: &str) -> PyResult<()> {
        let level = level.parse().map_err(|message: String| arguments::invalid("level", message))?;
        self.reporter.log(level, message);
        Ok(())
    }

    /// Answers with a result. What is no dict of plain values fails the task.
    fn complete(&self, result: &Bound<'_, PyAny>) {
        self.end(plain(result).map(Arc::new));
    }

    /// Answers that it did not work; `retryable` ones are tried again.
    fn fail(&self, message: String, retryable: bool, retry_after: Option<f64>) {
        let kind = if retryable { ErrorKind::Transient } else { ErrorKind::Internal };
        let retry_after = retry_after.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        self.end(Err(Failure { retry_after, ..Failure::new(kind, message) }));
    }

    /// Answers that the coroutine was cancelled.
    fn stopped(&self) {
        let message = if self.cancel.is_cancelled() {
            "the handler stopped as it was asked to"
        } else {
            "the handler was cancelled from within: nobody had asked the task to end"
        };
        let kind = if self.cancel.is_cancelled() { ErrorKind::Cancelled } else { ErrorKind::Internal };
        self.end(Err(Failure::new(kind, message)));
    }

    /// The asyncio task has ended: what has not answered by now never will.
    fn ended(&self, _task: Option<&Bound<'_, PyAny>>) {
        self.stopped();
    }
}

impl Assignment {
    pub(super) fn new(py: Python<'_>, start: Start, running: Arc<Running>) -> PyResult<Self> {
        let payload = match &start.task.new.work {
            Work::Custom(custom) => custom.payload.get(),
            _ => "",
        };
        Ok(Self {
            task_id: start.task.id().to_string(),
            attempt: start.task.attempt,
            payload: object(py, payload)?,
            metadata: object(py, &start.task.new.metadata)?,
            ticket: start.ticket,
            running,
            reporter: start.reporter,
            cancel: start.cancel,
            answer: Mutex::new(Some(start.answer)),
        })
    }

    pub(super) fn has_answered(&self) -> bool {
        self.answer.lock().is_none()
    }

    pub(super) fn fail_to_start(&self, py: Python<'_>, error: &PyErr) {
        let message = format!("the handler could not be started: {}", error.value(py));
        self.end(Err(Failure::new(ErrorKind::Internal, message)));
    }

    fn end(&self, outcome: Outcome) {
        let answer = self.answer.lock().take();
        if let Some(answer) = answer {
            // An attempt that was given up listens no more.
            let _ = answer.send(outcome);
            self.running.remove(self.ticket);
        }
    }
}

/// The dict of a JSON object; empty text is an empty one.
fn object(py: Python<'_>, text: &str) -> PyResult<Py<PyAny>> {
    if matches!(text, "" | "{}") {
        return Ok(PyDict::new(py).into_any().unbind());
    }
    let map: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| errors::environment(format!("what is stored for the handler: {error}")))?;
    Ok(pythonize(py, &map)?.unbind())
}

fn plain(result: &Bound<'_, PyAny>) -> Result<Value, Failure> {
    let refused = |reason: String| {
        let message = format!("the handler must return a dict of plain values (as JSON has them): {reason}");
        Failure::new(ErrorKind::Internal, message)
    };
    let Ok(dict) = result.cast::<PyDict>() else {
        return Err(refused(format!("it is of type {}", plain::type_name(result))));
    };
    plain::object(dict).map(Value::Object).map_err(|error| refused(format!("result{error}")))
}
