//! What do answers look like in Python? Plain dicts and strings, as `types.py` declares them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use parking_lot::Mutex;
use pyo3::IntoPyObjectExt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString};
use pythonize::pythonize;
use serde_json::Value;

use crate::engine::{EventView, Finished};
use crate::task::{QueueStats, State, Task, TaskEvent, TaskId, TaskPage, TaskStatus, Work};

/// What a call answers, still in Rust's terms.
#[derive(Debug)]
pub(super) enum Answer {
    /// An id, as text.
    Id(TaskId),
    /// A task, as its status dict.
    Status(Arc<Task>),
    /// A final task, as its result dict.
    Finished(Finished),
    /// A listing.
    Page(TaskPage),
    /// Events of a task.
    Events(Vec<TaskEvent>),
    /// Counts.
    Stats(QueueStats),
    /// A text.
    Text(String),
    /// Data of its own form.
    Value(Value),
    /// A number.
    Count(u64),
    /// Nothing.
    Done,
}

impl Answer {
    pub(super) fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match self {
            Self::Id(id) => PyString::new(py, id.encode(&mut [0; 36])).into_py_any(py),
            Self::Status(task) => status(py, &task).map(|dict| dict.into_any().unbind()),
            Self::Finished(finished) => result(py, &finished).map(|dict| dict.into_any().unbind()),
            Self::Page(page) => listing(py, &page).map(|dict| dict.into_any().unbind()),
            Self::Events(events) => {
                let views = PyList::empty(py);
                for event in &events {
                    views.append(event_dict(py, event)?)?;
                }
                views.into_py_any(py)
            }
            Self::Stats(stats) => Ok(pythonize(py, &stats)?.unbind()),
            Self::Text(text) => text.into_py_any(py),
            Self::Value(value) => Ok(pythonize(py, &value)?.unbind()),
            Self::Count(number) => number.into_py_any(py),
            Self::Done => Ok(py.None()),
        }
    }
}

fn event_dict<'py>(py: Python<'py>, event: &TaskEvent) -> PyResult<Bound<'py, PyAny>> {
    let dict = pythonize(py, &EventView::of(event))?;
    dict.set_item(intern!(py, "status"), status_member(py, event.status)?)?;
    Ok(dict)
}

/// Status dicts of tasks that a store keeps in memory, by id. A task is copied when it changes, so the same
/// `Arc` means the same dict. Never held while Python runs.
static STATUSES: Mutex<Option<HashMap<TaskId, Cached>>> = Mutex::new(None);

const MOST_CACHED: usize = 1024;

struct Cached {
    task: Arc<Task>,
    dict: Py<PyDict>,
}

fn status<'py>(py: Python<'py>, task: &Arc<Task>) -> PyResult<Bound<'py, PyDict>> {
    if Arc::strong_count(task) == 1 {
        return build_status(py, task);
    }
    let known = STATUSES.lock().as_ref().and_then(|cache| {
        cache.get(&task.id()).filter(|cached| Arc::ptr_eq(&cached.task, task)).map(|it| it.dict.clone_ref(py))
    });
    let template = match known {
        Some(dict) => dict.into_bound(py),
        None => remember(py, task)?,
    };
    let dict = template.copy()?;
    for key in [intern!(py, "metadata"), intern!(py, "progress")] {
        if let Some(Ok(inner)) = dict.get_item(key)?.map(Bound::cast_into::<PyDict>) {
            dict.set_item(key, inner.copy()?)?;
        }
    }
    Ok(dict)
}

fn remember<'py>(py: Python<'py>, task: &Arc<Task>) -> PyResult<Bound<'py, PyDict>> {
    let dict = build_status(py, task)?;
    let cached = Cached { task: Arc::clone(task), dict: dict.clone().unbind() };
    let mut cache = STATUSES.lock();
    let cache = cache.get_or_insert_default();
    // What is dropped here are dicts of plain values: no code of Python's runs.
    if cache.len() >= MOST_CACHED {
        cache.clear();
    }
    cache.insert(task.id(), cached);
    Ok(dict)
}

fn build_status<'py>(py: Python<'py>, task: &Task) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let process = match task.state {
        State::Running { process } => Some(process.to_string()),
        _ => None,
    };
    dict.set_item(intern!(py, "task_id"), task.id().to_string())?;
    dict.set_item(intern!(py, "kind"), task.new.work.kind().as_str())?;
    dict.set_item(intern!(py, "status"), status_member(py, task.status())?)?;
    dict.set_item(intern!(py, "priority"), task.new.priority.as_number())?;
    dict.set_item(intern!(py, "created_at"), iso(task.created_at))?;
    dict.set_item(intern!(py, "started_at"), task.started_at.map(iso))?;
    dict.set_item(intern!(py, "completed_at"), task.completed_at.map(iso))?;
    dict.set_item(intern!(py, "error"), task.failure.as_ref().map(|failure| &failure.message))?;
    dict.set_item(intern!(py, "error_kind"), task.failure.as_ref().map(|failure| failure.kind.as_str()))?;
    dict.set_item(intern!(py, "retry_count"), task.retries)?;
    dict.set_item(intern!(py, "attempt"), task.attempt)?;
    dict.set_item(intern!(py, "worker"), process)?;
    dict.set_item(intern!(py, "progress"), pythonize(py, &task.progress_now())?)?;
    dict.set_item(intern!(py, "metadata"), metadata(py, task)?)?;
    Ok(dict)
}

fn metadata<'py>(py: Python<'py>, task: &Task) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    match &task.new.work {
        Work::GenerateTests(request) => {
            dict.set_item(intern!(py, "module_path"), &request.module_path)?;
            dict.set_item(intern!(py, "output_path"), &request.output_path)?;
            dict.set_item(intern!(py, "coverage_threshold"), request.coverage_threshold.percent())?;
        }
        Work::AgentTask(request) => {
            dict.set_item(intern!(py, "instruction"), &request.instruction)?;
            dict.set_item(intern!(py, "workspace"), request.workspace.as_str())?;
            dict.set_item(intern!(py, "apply"), request.apply)?;
        }
        Work::Documents(documents) => {
            dict.set_item(intern!(py, "project_id"), &documents.project.id)?;
        }
        Work::Planning(planning) => {
            dict.set_item(intern!(py, "tool"), planning.tool.as_str())?;
        }
        Work::Webhook(_) | Work::Noop | Work::Custom(_) => {}
    }
    let requires: Vec<&str> = task.new.lane.labels().collect();
    if !requires.is_empty() {
        dict.set_item(intern!(py, "requires"), requires)?;
    }
    if !task.new.metadata.is_empty()
        && let Ok(Value::Object(own)) = serde_json::from_str(&task.new.metadata)
    {
        for (key, value) in own {
            dict.set_item(key, pythonize(py, &value)?)?;
        }
    }
    Ok(dict)
}

fn result<'py>(py: Python<'py>, finished: &Finished) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let task = &finished.task;
    let failure = finished.failure();
    let (module_path, output_path) = match &task.new.work {
        Work::GenerateTests(request) => (Some(&request.module_path), Some(&request.output_path)),
        Work::AgentTask(_)
        | Work::Documents(_)
        | Work::Planning(_)
        | Work::Webhook(_)
        | Work::Noop
        | Work::Custom(_) => (None, None),
    };
    dict.set_item(intern!(py, "success"), finished.is_success())?;
    dict.set_item(intern!(py, "task_id"), task.id().to_string())?;
    dict.set_item(intern!(py, "result"), pythonize(py, &finished.result)?)?;
    dict.set_item(intern!(py, "error"), failure.map(|failure| &failure.message))?;
    dict.set_item(intern!(py, "error_kind"), failure.map(|failure| failure.kind.as_str()))?;
    dict.set_item(intern!(py, "module_path"), module_path)?;
    dict.set_item(intern!(py, "output_path"), output_path)?;
    Ok(dict)
}

fn listing<'py>(py: Python<'py>, page: &TaskPage) -> PyResult<Bound<'py, PyDict>> {
    let tasks = PyList::empty(py);
    for task in &page.tasks {
        tasks.append(build_status(py, task)?)?;
    }
    let dict = PyDict::new(py);
    dict.set_item(intern!(py, "tasks"), tasks)?;
    dict.set_item(intern!(py, "next_cursor"), page.next_cursor.map(|cursor| cursor.to_string()))?;
    Ok(dict)
}

/// The members of `openhands_testgen.types.TaskStatus`, in the order of [`TaskStatus::ALL`].
fn status_member(py: Python<'_>, status: TaskStatus) -> PyResult<Bound<'_, PyAny>> {
    static MEMBERS: PyOnceLock<Vec<Py<PyAny>>> = PyOnceLock::new();
    let members = MEMBERS.get_or_try_init(py, || {
        let class = py.import("openhands_testgen.types")?.getattr("TaskStatus")?;
        TaskStatus::ALL
            .iter()
            .map(|status| class.call1((PyString::new(py, status.as_str()),)).map(Bound::unbind))
            .collect::<PyResult<_>>()
    })?;
    Ok(members[status as usize].bind(py).clone())
}

fn iso(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, false)
}
