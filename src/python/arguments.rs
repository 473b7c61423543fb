//! What do Python's arguments mean? Each is read into the engine's own type, or refused by name.

use std::time::Duration;

use chrono::{DateTime, Utc};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyMapping, PyString};
use serde_json::{Map, Value};

use super::{errors, plain};
use crate::engine::{EngineError, InvalidRequest, SubmitOptions};
use crate::task::{Labels, Priority, TaskId, Terms};

/// How a task is to be run.
pub(super) fn submit_options(
    priority: &Bound<'_, PyAny>,
    timeout: Option<&Bound<'_, PyAny>>,
    metadata: Option<&Bound<'_, PyAny>>,
    terms: Option<TermsArgument<'_>>,
) -> PyResult<SubmitOptions> {
    let timeout = optional_number("timeout", timeout)?;
    let metadata = metadata.map(|metadata| json_object("metadata", metadata)).transpose()?;
    let (terms, max_retries, requires) = terms.map(TermsArgument::read).transpose()?.unwrap_or_default();
    Ok(SubmitOptions {
        priority: priority_of(priority)?,
        attempt_seconds: timeout,
        max_retries,
        metadata,
        requires,
        terms,
    })
}

/// What few submissions ask for besides: `(idempotency_key, depends_on, run_at, max_retries,
/// requires)`.
#[derive(FromPyObject)]
pub(crate) struct TermsArgument<'py>(
    Option<Bound<'py, PyAny>>,
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
    Option<Bound<'py, PyAny>>,
    Bound<'py, PyAny>,
);

impl TermsArgument<'_> {
    fn read(self) -> PyResult<(Terms, Option<i64>, Labels)> {
        let Self(key, depends_on, run_at, max_retries, requires) = &self;
        let terms = Terms {
            idempotency_key: key.as_ref().map(text_of_key).transpose()?,
            depends_on: dependencies(depends_on)?,
            run_at: run_at.as_ref().map(aware_time).transpose()?,
            ..Terms::default()
        };
        let max_retries = max_retries.as_ref().map(|number| whole("max_retries", number)).transpose()?;
        Ok((terms, max_retries, labels(requires)?))
    }
}

fn text_of_key(key: &Bound<'_, PyAny>) -> PyResult<Box<str>> {
    let refused = |_| invalid("idempotency_key", format!("must be text, not {}", shown(key)));
    key.extract::<String>().map(Into::into).map_err(refused)
}

/// The labels of an iterable; a lone text is one of characters, and surely not meant.
fn labels(words: &Bound<'_, PyAny>) -> PyResult<Labels> {
    let refused = || invalid("requires", format!("must be a list of labels, not {}", shown(words)));
    if words.is_instance_of::<PyString>() {
        return Err(refused());
    }
    let words = words.try_iter().map_err(|_| refused())?.map(|word| word?.extract::<String>());
    let words = words.collect::<PyResult<Vec<_>>>().map_err(|_| refused())?;
    Labels::of(words.iter().map(String::as_str)).map_err(|reason| invalid("requires", reason))
}

/// The ids of an iterable; a lone text is one of characters, and surely not meant.
fn dependencies(ids: &Bound<'_, PyAny>) -> PyResult<Vec<TaskId>> {
    let refused = || invalid("depends_on", format!("must be a list of task ids, not {}", shown(ids)));
    if ids.is_instance_of::<PyString>() {
        return Err(refused());
    }
    ids.try_iter().map_err(|_| refused())?.map(|id| dependency(&id?)).collect()
}

fn dependency(id: &Bound<'_, PyAny>) -> PyResult<TaskId> {
    let unknown = || invalid("depends_on", format!("task {} not found: name tasks of this store", shown(id)));
    id.cast::<PyString>().map_err(|_| unknown())?.to_string_lossy().parse().map_err(|_| unknown())
}

/// A moment: a `datetime` that knows its zone.
fn aware_time(time: &Bound<'_, PyAny>) -> PyResult<DateTime<Utc>> {
    let refused = |_| {
        let message = format!(
            "must be a datetime with a zone, such as datetime.now(UTC) + timedelta(hours=1), not {}",
            shown(time)
        );
        invalid("run_at", message)
    };
    // Its own conversion to UTC: zones with names have no fixed offset.
    let utc = time.py().import("datetime")?.getattr("timezone")?.getattr("utc")?;
    if time.getattr("tzinfo").map_or(true, |zone| zone.is_none()) {
        return Err(refused(PyErr::new::<pyo3::exceptions::PyTypeError, _>(())));
    }
    time.call_method1("astimezone", (utc,)).and_then(|time| time.extract()).map_err(refused)
}

fn priority_of(priority: &Bound<'_, PyAny>) -> PyResult<Priority> {
    priority.extract::<i64>().ok().and_then(Priority::from_number).ok_or_else(|| {
        let message = format!("must be a TaskPriority (0 to 3), not {}", shown(priority));
        invalid("priority", message)
    })
}

/// An id, as submit answered it.
pub(super) fn task_id(task_id: &Bound<'_, PyAny>) -> PyResult<TaskId> {
    let text = task_id.cast::<PyString>().map_err(|_| {
        invalid("task_id", format!("must be the text that submit answered, not {}", shown(task_id)))
    })?;
    let text = text.to_string_lossy();
    if text.is_empty() {
        return Err(invalid("task_id", "is empty: pass the id that submit answered"));
    }
    text.parse().map_err(|_| errors::raise(&EngineError::TaskNotFound { id: shortened(&text) }))
}

/// A path as text; `os.PathLike` is taken at its word.
pub(super) fn path(field: &'static str, path: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(text) = path.extract::<&str>() {
        return Ok(text.to_owned());
    }
    let refused = || invalid(field, format!("must be a path (str or os.PathLike), not {}", shown(path)));
    let plain = path.py().import("os")?.call_method1("fspath", (path,)).map_err(|_| refused())?;
    plain.extract::<String>().map_err(|_| refused())
}

/// A whole number; a bool or a float is not one.
pub(super) fn whole(field: &'static str, number: &Bound<'_, PyAny>) -> PyResult<i64> {
    let refused = || invalid(field, format!("must be a whole number, not {}", shown(number)));
    if number.is_instance_of::<PyBool>() || !number.is_instance_of::<PyInt>() {
        return Err(refused());
    }
    number.extract().map_err(|_| refused())
}

/// A number, if there is one.
pub(super) fn optional_number(
    field: &'static str,
    number: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<f64>> {
    let Some(number) = number else { return Ok(None) };
    let refused = |_| invalid(field, format!("must be a number of seconds, not {}", shown(number)));
    number.extract().map(Some).map_err(refused)
}

/// True or false, and nothing that only counts as one of them.
pub(super) fn flag(field: &'static str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let refused = |_| invalid(field, format!("must be True or False, not {}", shown(value)));
    value.extract().map_err(refused)
}

/// A mapping of plain values.
pub(super) fn json_object(field: &'static str, mapping: &Bound<'_, PyAny>) -> PyResult<Map<String, Value>> {
    let refused = || invalid(field, format!("must be a mapping, not {}", shown(mapping)));
    let copied;
    let dict = match mapping.cast::<PyDict>() {
        Ok(dict) => dict,
        Err(_) if mapping.cast::<PyMapping>().is_ok() => {
            copied = PyDict::new(mapping.py());
            copied.update(mapping.cast::<PyMapping>()?)?;
            &copied
        }
        Err(_) => return Err(refused()),
    };
    plain::object(dict).map_err(|error| invalid(field, format!("must hold plain values only: it{error}")))
}

/// A span of time; more than a century is for ever.
pub(super) fn seconds(field: &'static str, number: f64) -> PyResult<Duration> {
    if number.is_nan() || number < 0.0 {
        return Err(invalid(field, format!("must be 0 or more seconds, not {number}")));
    }
    Ok(Duration::from_secs_f64(number.min(100.0 * 365.0 * 86_400.0)))
}

/// The exception of an argument that names something impossible.
pub(super) fn invalid(field: &'static str, message: impl Into<String>) -> PyErr {
    errors::raise(&InvalidRequest::new(field, message).into())
}

/// A value for a message, cut where it is long.
fn shown(value: &Bound<'_, PyAny>) -> String {
    value
        .repr()
        .map_or_else(|_| "an object without repr".to_owned(), |text| shortened(&text.to_string_lossy()))
}

fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
