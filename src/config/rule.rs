//! What must a value be? One rule a setting: how text becomes a value, what is refused, how it is shown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use crate::task::Labels;

/// What stands in place of a secret.
const MASK: &str = "**********";

/// What the value of a setting must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Any text but the empty one.
    Text,
    /// A path; taken from the project root unless it is absolute.
    Path,
    /// The address of a store.
    Address,
    /// An address of the web.
    Url,
    /// Text that is never shown.
    Secret,
    /// True or false.
    Flag,
    /// A whole number within these bounds.
    Whole {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// A number within these bounds.
    Number {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// Whole numbers by name, such as `noop=60,generate_tests=3600`.
    Figures {
        /// What the names are, for messages.
        names: &'static str,
        /// The least.
        min: u64,
    },
    /// Labels with commas between them.
    Labels,
    /// Networks of the Internet, with commas between them.
    Networks,
    /// One of these names.
    Choice {
        /// What may be chosen.
        names: &'static [&'static str],
    },
}

impl Rule {
    /// What text of an environment means. Text that does not fit stays text, for [`Rule::refuse`] to name.
    pub(super) fn read(self, text: &str) -> Value {
        let trimmed = text.trim();
        let value = match self {
            Self::Text
            | Self::Path
            | Self::Address
            | Self::Url
            | Self::Labels
            | Self::Networks
            | Self::Figures { .. } => None,
            Self::Secret => Some(Value::from(trimmed)),
            Self::Flag => read_flag(trimmed).map(Value::from),
            Self::Whole { .. } => trimmed.parse::<i64>().ok().map(Value::from),
            // A number that is not finite has no JSON value: it stays text.
            Self::Number { .. } => {
                trimmed.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from)
            }
            Self::Choice { .. } => Some(Value::from(trimmed.to_ascii_lowercase())),
        };
        value.unwrap_or_else(|| Value::from(text))
    }

    /// What the value would have to be, where it is not; `None` for a good one.
    pub(super) fn refuse(self, value: &Value) -> Option<String> {
        match self {
            Self::Text | Self::Path | Self::Address => refuse_text(value),
            Self::Secret => refuse_secret(value),
            Self::Url => refuse_url(value),
            Self::Flag => (!value.is_boolean()).then(|| "true or false".to_owned()),
            Self::Whole { min, max } => {
                let expected = || Some(format!("a whole number between {min} and {max}"));
                match (value.as_u64(), value.as_i64()) {
                    (Some(number), _) if (min..=max).contains(&number) => None,
                    (None, None) => expected(),
                    _ => Some(format!("between {min} and {max}")),
                }
            }
            Self::Number { min, max } => match value.as_f64() {
                Some(number) if (min..=max).contains(&number) => None,
                Some(_) => Some(format!("between {min} and {max}")),
                None => Some(format!("a number between {min} and {max}")),
            },
            Self::Figures { names, min } => match value.as_str().and_then(read_figures) {
                Some(figures) if figures.values().all(|figure| *figure >= min) => None,
                _ => Some(format!(
                    "whole numbers from {min} on, one for each {names}, such as `name=60,other=5`"
                )),
            },
            Self::Labels => match value.as_str().map(str::parse::<Labels>) {
                Some(Ok(labels)) if !labels.is_empty() => None,
                Some(Err(reason)) => Some(format!("labels with commas between them ({reason})")),
                _ => Some("labels with commas between them, such as `gpu,linux`".to_owned()),
            },
            Self::Networks => match value.as_str().and_then(read_networks) {
                Some(_) => None,
                None => Some("networks with commas between them, such as `10.1.0.0/16,fd00::/8`".to_owned()),
            },
            Self::Choice { names } => match value.as_str() {
                Some(name) if names.contains(&name) => None,
                _ => Some(format!("one of {}", names.join(", "))),
            },
        }
    }

    /// The value without what must not be seen.
    pub(super) fn mask(self, value: &Value) -> Value {
        match (self, value) {
            (_, Value::Null) => Value::Null,
            (Self::Secret, _) => Value::from(MASK),
            (Self::Address | Self::Url, Value::String(text)) => Value::from(without_password(text)),
            (_, other) => other.clone(),
        }
    }

    /// The refused value as a message may quote it: short, on one line, and never a secret.
    pub(super) fn quote(self, value: &Value) -> String {
        const LONGEST: usize = 80;
        let shown = show(&self.mask(value));
        let cut: String = shown.chars().take(LONGEST).collect();
        let dots = if cut.len() < shown.len() { "…" } else { "" };
        match (self, value) {
            (Self::Secret, _) | (_, Value::Number(_) | Value::Bool(_)) => format!("{cut}{dots}"),
            (_, Value::String(_)) => format!("{:?}", format!("{cut}{dots}")),
            (_, Value::Array(_)) => "an array".to_owned(),
            (_, Value::Object(_)) => "a table".to_owned(),
            (_, Value::Null) => "nothing".to_owned(),
        }
    }
}

/// A value as people read it: text without quotes, `300` for `300.0`, nothing for null.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// Numbers by name from `name=number,…`; `None` where that is not what the text is, or a name stands twice.
pub(super) fn read_figures(text: &str) -> Option<BTreeMap<String, u64>> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let mut figures = BTreeMap::new();
    for pair in pairs {
        let (name, number) = pair.split_once('=')?;
        let is_new = figures.insert(name.trim().to_owned(), number.trim().parse().ok()?).is_none();
        if name.trim().is_empty() || !is_new {
            return None;
        }
    }
    (!figures.is_empty()).then_some(figures)
}

/// Networks, or single addresses, with commas between them; `None` where one of them is none.
pub(super) fn read_networks(text: &str) -> Option<Vec<IpNet>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let read = |part: &str| part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from)).ok();
    let networks: Vec<IpNet> = parts.map(read).collect::<Option<_>>()?;
    (!networks.is_empty()).then_some(networks)
}

fn read_flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn refuse_text(value: &Value) -> Option<String> {
    match value.as_str() {
        None => Some("text".to_owned()),
        Some(text) if text.trim().is_empty() => Some("text that is not empty".to_owned()),
        Some(text) if text.contains('\0') => Some("text without a NUL character".to_owned()),
        Some(_) => None,
    }
}

fn refuse_secret(value: &Value) -> Option<String> {
    refuse_text(value).or_else(|| {
        let has_control = value.as_str().is_some_and(|text| text.chars().any(char::is_control));
        has_control.then(|| "text without control characters".to_owned())
    })
}

fn refuse_url(value: &Value) -> Option<String> {
    let host = |text: &str| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let host = rest.split(['/', '?', '#']).next()?;
        (!host.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())).then_some(())
    };
    match value.as_str().and_then(host) {
        Some(()) => None,
        None => Some("an address that begins with https:// or http://".to_owned()),
    }
}

/// An address without the password that may stand before its host or among its parameters.
pub(crate) fn without_password(address: &str) -> Cow<'_, str> {
    const PARAMETER: &str = "password=";
    let Some((scheme, rest)) = address.split_once("://") else { return Cow::Borrowed(address) };
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let mut shown = match rest[..host_end].rfind('@') {
        Some(at) => Cow::Owned(format!("{scheme}://{MASK}{}", &rest[at..])),
        None => Cow::Borrowed(address),
    };
    if let Some(at) = shown.find(['?', '&']).and_then(|from| Some(from + shown[from..].find(PARAMETER)?)) {
        let begin = at + PARAMETER.len();
        let end = shown[begin..].find(['&', '#']).map_or(shown.len(), |length| begin + length);
        shown = Cow::Owned(format!("{}{MASK}{}", &shown[..begin], &shown[end..]));
    }
    shown
}
