//! Where did each setting come from? What `config show` prints.

use serde::Serialize;
use serde_json::Value;

use super::rule::show;
use super::setting::Setting;

/// One setting, its value and where that came from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceEntry {
    /// The setting.
    pub name: &'static str,
    /// The value, with `**********` in place of a secret; null where there is none.
    pub value: Value,
    /// `default`, `argument`, `environment variable NAME`, `.env (path)` or `pyproject.toml (path)`.
    pub source: String,
    /// The variable that sets it.
    pub variable: &'static str,
}

impl SourceEntry {
    /// The value as people read it; empty where there is none.
    #[must_use]
    pub fn shown(&self) -> String {
        show(&self.value)
    }
}

/// All settings, in the order of the table.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Sources(Vec<SourceEntry>);

impl Sources {
    /// One after the other.
    #[must_use = "an iterator does nothing by itself"]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SourceEntry> {
        self.0.iter()
    }

    /// The entry of one setting.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&SourceEntry> {
        self.0.iter().find(|entry| entry.name == name)
    }

    pub(super) fn push(&mut self, setting: &Setting, value: &Value, source: String) {
        let value = setting.rule.mask(value);
        self.0.push(SourceEntry { name: setting.name, value, source, variable: setting.variable });
    }
}
