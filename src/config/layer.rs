//! One source of values as figment takes it: a name, perhaps a file, and what it sets.

use std::collections::HashMap;
use std::path::Path;

use figment::value::{Dict, Map, Value as FigmentValue};
use figment::{Error, Metadata, Profile, Provider, Source};
use serde_json::Value;

use super::error::ConfigError;
use super::inputs::Overrides;
use super::setting::Setting;
use super::table::SETTINGS;

const ENVIRONMENT: &str = "environment variable";

/// What one source sets.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    metadata: Metadata,
    values: Dict,
}

impl Layer {
    /// The table's own defaults.
    pub(super) fn defaults() -> Self {
        let text = |setting: &Setting| setting.default.map(str::to_owned);
        Self::of_text(Metadata::named("default"), text)
    }

    /// Values of a file, checked for names already.
    pub(super) fn of_file(name: &'static str, path: &Path, values: &[(&'static str, Value)]) -> Self {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), to_figment(value))).collect();
        Self { metadata: Metadata::from(name, path), values }
    }

    /// The lines of a `.env` file, but for those that a real variable hides.
    pub(super) fn of_env_file(
        path: &Path,
        lines: &HashMap<String, String>,
        environment: &HashMap<String, String>,
    ) -> Self {
        let text = |setting: &Setting| {
            let hidden = environment.contains_key(setting.variable);
            lines.get(setting.variable).filter(|_| !hidden).cloned()
        };
        Self::of_text(Metadata::from(".env", path), text)
    }

    /// The real environment.
    pub(super) fn of_environment(environment: &HashMap<String, String>) -> Self {
        let text = |setting: &Setting| environment.get(setting.variable).cloned();
        Self::of_text(Metadata::named(ENVIRONMENT), text)
    }

    /// What the caller gave.
    pub(super) fn of_arguments(overrides: &Overrides) -> Result<Self, ConfigError> {
        let mut values = Dict::new();
        for (name, value) in overrides.given() {
            let setting = Setting::named(name).ok_or_else(|| unknown(name, "the arguments"))?;
            values.insert(setting.name.to_owned(), to_figment(value));
        }
        Ok(Self { metadata: Metadata::named("argument"), values })
    }

    /// Text by setting; blank text counts as not set.
    fn of_text(metadata: Metadata, text: impl Fn(&Setting) -> Option<String>) -> Self {
        let values = SETTINGS
            .iter()
            .filter_map(|setting| {
                let text = text(setting).filter(|text| !text.trim().is_empty())?;
                Some((setting.name.to_owned(), to_figment(&setting.rule.read(&text))))
            })
            .collect();
        Self { metadata, values }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// Where a value of this layer stands, as people read it.
pub(super) fn origin(metadata: &Metadata, setting: &Setting) -> String {
    match &metadata.source {
        Some(Source::File(path)) => format!("{} ({})", metadata.name, path.display()),
        _ if metadata.name == ENVIRONMENT => format!("{ENVIRONMENT} {}", setting.variable),
        _ => metadata.name.to_string(),
    }
}

/// The error for a name that no setting has.
pub(super) fn unknown(name: &str, origin: impl Into<String>) -> ConfigError {
    let hint = match Setting::nearest_name(name) {
        Some(known) => format!("did you mean {known}?"),
        None => "`openhands-testgen config show` lists them all".to_owned(),
    };
    ConfigError::Unknown { name: name.to_owned(), origin: origin.into(), hint }
}

fn to_figment(value: &Value) -> FigmentValue {
    // invariant: a JSON value always has a figment value; text in its place would be refused by its rule
    FigmentValue::serialize(value).unwrap_or_else(|_| FigmentValue::from(value.to_string()))
}
