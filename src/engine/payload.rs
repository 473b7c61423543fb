//! What does a payload say? Each field is taken by its name and type; what is left over is unknown, and refused.

use serde_json::{Map, Value};

use super::error::InvalidRequest;

/// How alike an unknown name and a known one are when one is meant by the other, at most so many changes.
const MOST_CHANGES: usize = 4;

/// The fields of a payload, or of an object in it, that have not been taken yet. One of an object is asked for by its path,
/// `options.limit`, which is what an error names.
pub(super) struct Fields {
    /// What the object is called.
    name: &'static str,
    left: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Fields {
    pub(super) fn new(name: &'static str, fields: Map<String, Value>) -> Self {
        Self { name, left: fields, known: Vec::new() }
    }

    /// A text; null is none.
    pub(super) fn text(&mut self, field: &'static str) -> Result<Option<String>, InvalidRequest> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(field, "a text", &other)),
        }
    }

    /// True or false.
    pub(super) fn flag(&mut self, field: &'static str) -> Result<Option<bool>, InvalidRequest> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(wrong(field, "true or false", &other)),
        }
    }

    /// A whole number; `80.0` is one.
    pub(super) fn whole(&mut self, field: &'static str) -> Result<Option<i64>, InvalidRequest> {
        let Some(value) = self.take(field) else { return Ok(None) };
        let whole = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
        match value.as_i64().or(whole.map(|number| number as i64)) {
            Some(number) => Ok(Some(number)),
            None => Err(wrong(field, "a whole number", &value)),
        }
    }

    /// A list of texts; null is none.
    pub(super) fn texts(&mut self, field: &'static str) -> Result<Option<Vec<String>>, InvalidRequest> {
        let Some(value) = self.take(field) else { return Ok(None) };
        let texts = value.as_array().and_then(|texts| {
            texts.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        texts.map(Some).ok_or_else(|| wrong(field, "a list of texts", &value))
    }

    /// An object of further fields.
    pub(super) fn object(&mut self, field: &'static str) -> Result<Self, InvalidRequest> {
        match self.take(field) {
            None => Ok(Self::new(field, Map::new())),
            Some(Value::Object(fields)) => Ok(Self::new(field, fields)),
            Some(other) => Err(wrong(field, "an object", &other)),
        }
    }

    /// Refuses what nobody asked for.
    pub(super) fn finish(self) -> Result<(), InvalidRequest> {
        let Some(unknown) = self.left.keys().next() else { return Ok(()) };
        let nearest = self
            .known
            .iter()
            .map(|known| (strsim::damerau_levenshtein(unknown, known), *known))
            .min()
            .filter(|(changes, _)| *changes <= MOST_CHANGES);
        let hint = match nearest {
            Some((_, known)) => format!("did you mean {known:?}?"),
            None => format!("known are {}", self.known.join(", ")),
        };
        let shown: String = unknown.chars().take(64).collect();
        Err(InvalidRequest::new(self.name, format!("has no field {shown:?}: {hint}")))
    }

    fn take(&mut self, field: &'static str) -> Option<Value> {
        let key = field.rsplit('.').next().unwrap_or(field);
        self.known.push(key);
        self.left.remove(key).filter(|value| !value.is_null())
    }
}

fn wrong(field: &'static str, expected: &str, value: &Value) -> InvalidRequest {
    let shown: String = value.to_string().chars().take(64).collect();
    InvalidRequest::new(field, format!("must be {expected}, not {shown}"))
}
