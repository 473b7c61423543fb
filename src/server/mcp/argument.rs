//! What may an argument of a tool be? Said once: to clients as JSON Schema, and to whoever gets it wrong as a refusal.

use serde_json::{Map, Value, json};

use crate::server::http::{Problem, shown};

/// One argument.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub(super) name: &'static str,
    /// What it means.
    says: String,
    shape: Shape,
    is_needed: bool,
    /// What holds where it is not there, if that is always the same.
    default: Option<Value>,
}

/// What it may hold.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// A text of at most so many characters.
    Text { most: usize },
    /// One of these.
    Word(Vec<&'static str>),
    /// A whole number in this range.
    Whole { least: i64, most: i64 },
    /// More than none, and at most so many.
    Seconds { most: u32 },
    /// Yes or no.
    Flag,
}

impl Argument {
    /// One that need not be there.
    pub(super) fn new(name: &'static str, shape: Shape, says: impl Into<String>) -> Self {
        Self { name, says: says.into(), shape, is_needed: false, default: None }
    }

    /// One that must be there.
    pub(super) fn needed(self) -> Self {
        Self { is_needed: true, ..self }
    }

    /// Says what holds where it is not there.
    pub(super) fn or(self, default: impl Into<Value>) -> Self {
        Self { default: Some(default.into()), ..self }
    }

    fn schema(&self) -> Value {
        let mut schema = match &self.shape {
            Shape::Text { most } if self.is_needed => {
                json!({"type": "string", "minLength": 1, "maxLength": most})
            }
            Shape::Text { most } => json!({"type": "string", "maxLength": most}),
            Shape::Word(words) => json!({"type": "string", "enum": words}),
            Shape::Whole { least, most } => json!({"type": "integer", "minimum": least, "maximum": most}),
            Shape::Seconds { most } => json!({"type": "number", "exclusiveMinimum": 0, "maximum": most}),
            Shape::Flag => json!({"type": "boolean"}),
        };
        schema["description"] = self.says.as_str().into();
        if let Some(default) = &self.default {
            schema["default"] = default.clone();
        }
        schema
    }

    /// What it may be, as a refusal says it.
    fn expected(&self) -> String {
        match &self.shape {
            Shape::Text { most } => format!("a text of at most {most} characters"),
            Shape::Word(words) => format!("one of {}", words.join(", ")),
            Shape::Whole { least, most } => format!("a whole number from {least} to {most}"),
            Shape::Seconds { most } => format!("a number of seconds, more than 0 and at most {most}"),
            Shape::Flag => "true or false".to_owned(),
        }
    }

    fn admits(&self, value: &Value) -> bool {
        match &self.shape {
            Shape::Text { most } => value.as_str().is_some_and(|text| text.chars().nth(*most).is_none()),
            Shape::Word(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Shape::Whole { least, most } => {
                whole(value).is_some_and(|number| (*least..=*most).contains(&number))
            }
            Shape::Seconds { most } => {
                value.as_f64().is_some_and(|seconds| seconds > 0.0 && seconds <= f64::from(*most))
            }
            Shape::Flag => value.is_boolean(),
        }
    }

    fn check(&self, value: Option<&Value>) -> Result<(), Problem> {
        let refused = |detail: String| Err(Problem::field(self.name, detail));
        match value {
            None if self.is_needed => refused(format!("is missing: send {}", self.expected())),
            Some(value) if !self.admits(value) => {
                refused(format!("must be {}, not {}", self.expected(), shown(value)))
            }
            Some(Value::String(text)) if self.is_needed && text.trim().is_empty() => {
                refused(format!("is empty: send {}", self.expected()))
            }
            Some(Value::String(text)) if text.contains('\0') => {
                refused(format!("{} contains a NUL character: leave it out", shown(&text.as_str().into())))
            }
            None | Some(_) => Ok(()),
        }
    }
}

/// A whole number; `80.0` is one, as in JSON Schema.
fn whole(value: &Value) -> Option<i64> {
    let is_whole = |number: &f64| number.fract() == 0.0 && number.abs() < 1e15;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    value.as_i64().or_else(|| value.as_f64().filter(is_whole).map(|number| number as i64))
}

/// What the client may send, as JSON Schema.
pub(super) fn schema_of(arguments: &[Argument]) -> Map<String, Value> {
    let properties = arguments.iter().map(|argument| (argument.name.to_owned(), argument.schema()));
    let needed = arguments.iter().filter(|argument| argument.is_needed);
    Map::from_iter([
        ("type".to_owned(), "object".into()),
        ("properties".to_owned(), Value::Object(properties.collect())),
        ("required".to_owned(), needed.map(|argument| argument.name).collect()),
        ("additionalProperties".to_owned(), false.into()),
    ])
}

/// What a client sent: each of them holds. A `null` counts as none.
#[derive(Debug)]
pub(super) struct Arguments(Map<String, Value>);

impl Arguments {
    /// Refuses what does not hold, and what nobody reads.
    pub(super) fn of(given: Option<Map<String, Value>>, known: &[Argument]) -> Result<Self, Problem> {
        let mut given = given.unwrap_or_default();
        given.retain(|_, value| !value.is_null());
        if let Some(name) = given.keys().find(|name| known.iter().all(|argument| argument.name != *name)) {
            let names: Vec<&str> = known.iter().map(|argument| argument.name).collect();
            let detail = format!("is unknown: {} are read", names.join(", "));
            return Err(Problem::field(name.chars().take(64).collect::<String>(), detail));
        }
        for argument in known {
            argument.check(given.get(argument.name))?;
        }
        Ok(Self(given))
    }

    /// All that was sent.
    pub(super) fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Takes a text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Takes a number.
    pub(super) fn number(&mut self, name: &str) -> Option<f64> {
        self.0.remove(name)?.as_f64()
    }

    /// Takes a number of things.
    pub(super) fn count(&mut self, name: &str) -> Option<usize> {
        whole(&self.0.remove(name)?).and_then(|number| usize::try_from(number).ok())
    }

    /// What nobody took.
    pub(super) fn rest(self) -> Map<String, Value> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<Argument> {
        vec![
            Argument::new("name", Shape::Text { most: 4 }, "Its name").needed(),
            Argument::new("percent", Shape::Whole { least: 0, most: 100 }, "How much").or(80),
            Argument::new("wait", Shape::Seconds { most: 60 }, "How long"),
        ]
    }

    fn refusal(given: &Value) -> String {
        Arguments::of(given.as_object().cloned(), &known()).unwrap_err().detail().to_owned()
    }

    #[test]
    fn what_is_said_to_clients_is_what_is_checked() {
        let schema = Value::Object(schema_of(&known()));
        assert_eq!(schema["required"], json!(["name"]));
        assert_eq!(
            schema["properties"]["percent"],
            json!({"type": "integer", "minimum": 0, "maximum": 100, "default": 80, "description": "How much"})
        );
        let given = json!({"name": "four", "percent": 100.0, "wait": 0.5});
        let mut taken = Arguments::of(given.as_object().cloned(), &known()).unwrap();
        assert_eq!((taken.text("name").as_deref(), taken.count("percent")), (Some("four"), Some(100)));
        assert_eq!(taken.number("wait"), Some(0.5));
    }

    #[test]
    fn a_refusal_names_the_field_the_value_and_the_remedy() {
        for (given, says) in [
            (json!({}), "name: is missing: send a text of at most 4 characters"),
            (json!({"name": null}), "name: is missing"),
            (json!({"name": " "}), "name: is empty: send a text"),
            (json!({"name": "a\u{0}"}), "name: \"a\\u0000\" contains a NUL character: leave it out"),
            (json!({"name": "fives"}), "name: must be a text of at most 4 characters, not \"fives\""),
            (json!({"name": "it", "percent": 101}), "percent: must be a whole number from 0 to 100, not 101"),
            (
                json!({"name": "it", "percent": "9"}),
                "percent: must be a whole number from 0 to 100, not \"9\"",
            ),
            (
                json!({"name": "it", "wait": 0}),
                "wait: must be a number of seconds, more than 0 and at most 60, not 0",
            ),
            (json!({"name": "it", "nam": 1}), "nam: is unknown: name, percent, wait are read"),
        ] {
            assert!(refusal(&given).starts_with(says), "{given}: {}", refusal(&given));
        }
    }
}
