//! What does an object of a client say? Its fields, taken one by one; what nobody takes is unknown.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::problem::Problem;

/// The most fields that are read of one object.
const MOST: usize = 1000;

/// The fields of an object that were not taken yet. A `null` counts as none.
#[derive(Debug)]
pub(in crate::server) struct Fields {
    left: Map<String, Value>,
    known: Vec<&'static str>,
}

/// What a field may hold.
pub(in crate::server) trait FromField: Sized {
    /// What is said where it holds something else.
    const EXPECTED: &'static str;

    /// The value, if it is one.
    fn from_field(value: Value) -> Option<Self>;
}

impl Fields {
    /// The fields of an object.
    pub(in crate::server) fn of(object: Map<String, Value>) -> Result<Self, Problem> {
        if object.len() > MOST {
            let detail = format!("the object has {} fields: at most {MOST} are read", object.len());
            return Err(Problem::field("body", detail));
        }
        Ok(Self { left: object, known: Vec::new() })
    }

    /// The fields of these names as they are, for whoever checks them; others are refused.
    pub(in crate::server) fn only(
        object: Map<String, Value>,
        names: &[&'static str],
    ) -> Result<Map<String, Value>, Problem> {
        let mut fields = Self::of(object)?;
        fields.known.extend(names);
        let mut taken = Map::new();
        for name in names {
            taken.extend(fields.left.remove_entry(*name));
        }
        fields.end()?;
        Ok(taken)
    }

    /// Takes a field that need not be there.
    pub(in crate::server) fn take<T: FromField>(&mut self, name: &'static str) -> Result<Option<T>, Problem> {
        self.known.push(name);
        let Some(value) = self.left.remove(name).filter(|value| !value.is_null()) else { return Ok(None) };
        let shown = shown(&value);
        match T::from_field(value) {
            Some(value) => Ok(Some(value)),
            None => Err(Problem::field(name, format!("must be {}, not {shown}", T::EXPECTED))),
        }
    }

    /// Takes a field that must be there.
    pub(in crate::server) fn need<T: FromField>(&mut self, name: &'static str) -> Result<T, Problem> {
        self.take(name)?.ok_or_else(|| Problem::field(name, format!("is missing: send {}", T::EXPECTED)))
    }

    /// Refuses what nobody took.
    pub(in crate::server) fn end(self) -> Result<(), Problem> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => {
                let name: String = name.chars().take(64).collect();
                let detail = format!("is unknown: {} are read", self.known.join(", "));
                Err(Problem::field(name, detail))
            }
        }
    }
}

/// A value as an error shows it: not all of what is long.
pub(in crate::server) fn shown(value: &Value) -> String {
    const MOST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl FromField for String {
    const EXPECTED: &'static str = "a text";

    fn from_field(value: Value) -> Option<Self> {
        if let Value::String(text) = value { Some(text) } else { None }
    }
}

impl FromField for i64 {
    const EXPECTED: &'static str = "a whole number";

    fn from_field(value: Value) -> Option<Self> {
        value.as_i64()
    }
}

impl FromField for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_field(value: Value) -> Option<Self> {
        value.as_f64()
    }
}

impl FromField for Map<String, Value> {
    const EXPECTED: &'static str = "an object";

    fn from_field(value: Value) -> Option<Self> {
        if let Value::Object(object) = value { Some(object) } else { None }
    }
}

impl FromField for Vec<String> {
    const EXPECTED: &'static str = "a list of texts";

    fn from_field(value: Value) -> Option<Self> {
        let Value::Array(values) = value else { return None };
        values.into_iter().map(String::from_field).collect()
    }
}

impl FromField for DateTime<Utc> {
    const EXPECTED: &'static str = "a time with its offset, such as 2030-01-31T08:00:00Z";

    fn from_field(value: Value) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
        Some(time.to_utc())
    }
}
