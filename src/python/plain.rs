//! Which Python values are plain? Those that JSON has; anything else is refused by its place and its type.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde_json::{Map, Number, Value};

/// Deeper than this is a value that holds itself, or as good as one.
const DEEPEST: usize = 100;

/// The JSON of a dict; the error begins with the place inside it, such as `["a"][0] is a set`.
pub(super) fn object(dict: &Bound<'_, PyDict>) -> Result<Map<String, Value>, String> {
    map(dict, DEEPEST).map_err(|error| shortened(&error))
}

/// The JSON text of a dict of plain values, for the process of a handler.
///
/// A `ValueError` says what is not plain and where.
#[pyfunction]
pub(super) fn plain_json(dict: &Bound<'_, PyDict>) -> PyResult<String> {
    let map = object(dict).map_err(PyValueError::new_err)?;
    serde_json::to_string(&map).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// The place of something deep is longer than anyone reads.
fn shortened(error: &str) -> String {
    const LONGEST: usize = 200;
    let (head, tail) = (error.char_indices().nth(LONGEST / 2), error.char_indices().rev().nth(LONGEST / 2));
    match (head, tail) {
        (Some((head, _)), Some((tail, _))) if head < tail => format!("{}…{}", &error[..head], &error[tail..]),
        _ => error.to_owned(),
    }
}

fn map(dict: &Bound<'_, PyDict>, depth: usize) -> Result<Map<String, Value>, String> {
    let mut map = Map::new();
    for (key, item) in dict.iter() {
        let Ok(key) = key.cast::<PyString>() else {
            return Err(format!(" has a key of type {}, not text", type_name(&key)));
        };
        let key = text(key)?;
        let item = value(&item, depth).map_err(|error| format!("[{key:?}]{error}"))?;
        map.insert(key, item);
    }
    Ok(map)
}

fn value(item: &Bound<'_, PyAny>, depth: usize) -> Result<Value, String> {
    if item.is_none() {
        Ok(Value::Null)
    } else if let Ok(flag) = item.cast::<PyBool>() {
        Ok(Value::Bool(flag.is_true()))
    } else if let Ok(characters) = item.cast::<PyString>() {
        text(characters).map(Value::String)
    } else if item.is_instance_of::<PyInt>() {
        whole(item)
    } else if let Ok(number) = item.cast::<PyFloat>() {
        let number = number.value();
        Number::from_f64(number).map(Value::Number).ok_or_else(|| format!(" is {number}, which JSON has not"))
    } else if depth == 0 {
        Err(" is nested too deeply".to_owned())
    } else if let Ok(dict) = item.cast::<PyDict>() {
        map(dict, depth - 1).map(Value::Object)
    } else if item.is_instance_of::<PyList>() || item.is_instance_of::<PyTuple>() {
        list(item, depth - 1)
    } else {
        Err(format!(" is of type {}", type_name(item)))
    }
}

fn list(items: &Bound<'_, PyAny>, depth: usize) -> Result<Value, String> {
    let items = items.try_iter().map_err(|error| format!(" cannot be read: {error}"))?;
    let mut list = Vec::new();
    for (place, item) in items.enumerate() {
        let item = item.map_err(|error| format!(" cannot be read: {error}"))?;
        list.push(value(&item, depth).map_err(|error| format!("[{place}]{error}"))?);
    }
    Ok(Value::Array(list))
}

fn whole(number: &Bound<'_, PyAny>) -> Result<Value, String> {
    let small = number.extract::<i64>().map(Number::from);
    let number = small.or_else(|_| number.extract::<u64>().map(Number::from));
    number.map(Value::Number).map_err(|_| " is a whole number of more than 64 bits".to_owned())
}

fn text(characters: &Bound<'_, PyString>) -> Result<String, String> {
    let characters = characters.to_cow().map_err(|_| " is text with a lone surrogate".to_owned())?;
    Ok(characters.into_owned())
}

/// The name of a value's type, for a message.
pub(super) fn type_name(item: &Bound<'_, PyAny>) -> String {
    item.get_type().fully_qualified_name().map_or_else(|_| "unknown".to_owned(), |name| name.to_string())
}
